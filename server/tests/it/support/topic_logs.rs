//! Whole logs, for tests that compare copies of a chat event by event.

use app::protocol::{Epoch, Event, Position};
use testing::TestDatabase;

use super::{Change, StoppedServer, Subscription, TestServer, start_in};

/// A topic's log.
#[derive(Debug, PartialEq)]
pub struct TopicLog {
    pub epoch: Epoch,
    /// All events, as a client that resumes receives them.
    pub events: Vec<Event>,
    /// The newest messages with their reactions.
    pub newest: Vec<Event>,
}

/// The number of events in the logs of [`filled`].
pub const EVENTS: usize = 9;

/// Starts a server on an empty database, publishes each kind of event in two topics, and stops it.
pub async fn filled(database: TestDatabase) -> (StoppedServer, Vec<TopicLog>) {
    let server = start_in(database, "").await;
    talks(&server).await;
    // A new server reads the logs as any other that reads this database.
    let server = server.stops().await.restarts().await;
    let logs = logs_of(&server).await;
    assert_eq!(logs.iter().map(|log| log.events.len()).sum::<usize>(), EVENTS);
    (server.stops().await, logs)
}

async fn talks(server: &TestServer) {
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes("one ünï👍").await;
    ann.publishes("two").await;
    ann.publishes("three").await;
    ann.edits(1, 1, "**changed** for @Ann").await;
    ann.receives_event().await;
    ann.reacts(2, "👍").await;
    ann.receives_event().await;
    ann.changes(Change::Delete(3, 3)).await;
    ann.receives_event().await;
    ann.edits(2, 2, "two, changed").await;
    ann.receives_event().await;
    ann.subscribes("tea").await;
    ann.publishes("green").await;
    ann.publishes("black").await;
    ann.leaves().await;
}

/// Reads both topics from their first events.
pub async fn logs_of(server: &TestServer) -> Vec<TopicLog> {
    let mut reader = server.connects("Reader").await;
    let mut logs = Vec::new();
    for topic in ["lobby", "tea"] {
        let Subscription { epoch, events: newest, .. } = reader.subscribes(topic).await;
        let start = Position { epoch: epoch.clone(), seq: 0, draft: None, at: None };
        let events = reader.subscribes_with(topic, Some(start), 100, true).await.events;
        logs.push(TopicLog { epoch, events, newest });
    }
    reader.leaves().await;
    logs
}
