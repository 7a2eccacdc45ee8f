mod append_paths;
mod changes;
mod directory;
mod draft_races;
mod each_action;
mod emoji_spellings;
mod fast_append;
mod fence;
mod fingerprints;
mod free_pages;
mod markup_version;
mod reading;
mod recorded_loss;
mod restart;
mod search;
mod several_servers;
mod storage_faults;
mod topic_limits;
mod writing;

use std::sync::Arc;

use super::*;
use crate::{
    config::{Cli, Command},
    rights::{ReadScope, Readable},
};
use app::protocol::{Action, Author, DraftId, Event, EventKind, Name, TopicName, UserId};
use clap::Parser;
use parking_lot::Mutex;
use testing::TestDatabase;
use uuid::Uuid;

/// A log in a database of its own, and the events that it notified of.
struct Fixture {
    log: Log,
    notified: Arc<Mutex<Vec<Event>>>,
    tracker: TaskTracker,
    test_database: TestDatabase,
}

async fn fixture(test_database: TestDatabase) -> Fixture {
    fixture_with(test_database, "").await
}

async fn fixture_with(test_database: TestDatabase, settings: &str) -> Fixture {
    let (log, notified, tracker) = open_log(&test_database, settings).await;
    Fixture { log, notified, tracker, test_database }
}

/// Opens a server's log in a database that other servers may use as well.
async fn open_log(
    test_database: &TestDatabase,
    settings: &str,
) -> (Log, Arc<Mutex<Vec<Event>>>, TaskTracker) {
    open_log_on(Database::open(test_database.url()).await.unwrap(), settings).await
}

async fn open_log_on(database: Database, settings: &str) -> (Log, Arc<Mutex<Vec<Event>>>, TaskTracker) {
    database.migrate().await.unwrap();
    let tracker = TaskTracker::new();
    let notified = Arc::new(Mutex::new(Vec::new()));
    let recorder = Arc::clone(&notified);
    let committed = move |notified| match notified {
        Notification::Events(_, events) => recorder.lock().extend(events),
        Notification::Resync(_) | Notification::Diverged(_) => {}
    };
    let log = Log::open(database, &limits(settings), &tracker, committed).await.unwrap();
    (log, notified, tracker)
}

fn limits(settings: &str) -> Limits {
    let line = format!("chorus {settings}");
    let Command::Serve(settings) = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command()
    else {
        panic!("serve")
    };
    settings.limits
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn readable(name: &str) -> Readable {
    Readable::unchecked(topic(name))
}

fn everything() -> ReadScope {
    ReadScope::unchecked()
}

fn message_by(user: u128, draft: u128, body: &str) -> NewMessage {
    let author =
        Author { user: UserId(Uuid::from_u128(user)), name: Name::parse("Ann").unwrap(), unverified: false };
    NewMessage {
        topic: topic("lobby"),
        author,
        draft: DraftId(Uuid::from_u128(draft)),
        body: body.to_owned(),
    }
}

fn seqs(page: &Page) -> Vec<u64> {
    page.events.iter().map(|event| event.seq).collect()
}

fn stored(seq: u64) -> Result<Receipt, AppendError> {
    Ok(Receipt { seq, duplicate: false })
}
