//! A network between the server and its PostgreSQL that stops carrying and tells nobody.

use app::protocol::{DraftId, Follow};
use testing::{Freeze, Proxy, TestDatabase};

use crate::{
    database_trouble::{Acked, insists, nothing_is_lost},
    support::{Member, TestServer, bodies_of, soon, start_in},
};

/// A server whose PostgreSQL is behind such a network, and Ann, who has written in the lobby.
struct Behind {
    network: Proxy,
    server: TestServer,
    ann: Member,
    acked: Acked,
    /// Where the database is without the network.
    direct: TestDatabase,
}

/// None where there is no PostgreSQL.
async fn behind(settings: &str) -> Option<Behind> {
    let direct = testing::postgres()?;
    let network = Proxy::start(&direct);
    let server = start_in(network.database(), settings).await;
    let mut ann = server.connects("Ann").await;
    let first = DraftId::fresh();
    let acked = Acked::from([(first, insists(&mut ann, first, "first").await)]);
    Some(Behind { network, server, ann, acked, direct })
}

async fn ready(server: &TestServer) -> u16 {
    server.browser().gets("/readyz").await.status
}

async fn becomes(server: &TestServer, status: u16) {
    soon(&format!("/readyz {status}"), async { while ready(server).await != status {} }).await;
}

async fn until(what: &str, happens: impl Fn() -> bool) {
    soon(what, async {
        while !happens() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

const IMPATIENT: &str = "--database-timeout-ms 1500 --stall-ms 300";

#[tokio::test]
async fn a_commit_whose_answer_never_comes_is_refused_and_its_events_are_told_all_the_same() {
    let Some(Behind { network, server, mut ann, mut acked, .. }) = behind(IMPATIENT).await else { return };
    let mut eve = server.joins("Eve", "lobby").await;
    let during = DraftId::fresh();
    network.freeze_at_commit(Freeze::AfterCommit);
    let (refused, ()) = tokio::join!(ann.tries_to_publish("lobby", during, "during"), becomes(&server, 503));
    assert!(refused.is_err_and(|wait| wait > 0));
    eve.receives("during").await;
    assert_eq!(ann.publishes_draft("lobby", during, "during").await, (2, true));
    becomes(&server, 200).await;
    acked.insert(during, 2);
    nothing_is_lost(&mut server.connects("Bob").await, &acked).await;
    assert!(server.stops().await.in_time);
}

#[tokio::test]
async fn a_commit_that_arrives_after_it_was_given_up_is_told_too() {
    let Some(Behind { network, server, mut ann, mut acked, .. }) = behind(IMPATIENT).await else { return };
    let mut eve = server.joins("Eve", "lobby").await;
    let during = DraftId::fresh();
    network.freeze_at_commit(Freeze::BeforeCommit);
    assert!(ann.tries_to_publish("lobby", during, "during").await.is_err());
    // Other topics go on meanwhile, and tell nothing about this one.
    let other = DraftId::fresh();
    soon("another topic", async { while ann.tries_to_publish("other", other, "other").await.is_err() {} })
        .await;
    network.count_statements("SET LOCAL lock_timeout");
    until("two looks at what became of it", || network.counted() >= 2).await;
    network.thaw();
    eve.receives("during").await;
    assert_eq!(ann.publishes_draft("lobby", during, "during").await, (2, true));
    acked.insert(during, 2);
    nothing_is_lost(&mut server.connects("Bob").await, &acked).await;
}

#[tokio::test]
async fn while_nothing_is_carried_everything_is_refused_in_time_and_then_served_again() {
    let Some(Behind { network, server, mut ann, mut acked, .. }) = behind(IMPATIENT).await else { return };
    let during = DraftId::fresh();
    network.freeze();
    // More often than there are connections.
    for _ in 0..3 {
        assert!(ann.tries_to_publish("lobby", during, "during").await.is_err());
    }
    let (a, b) = (server.browser(), server.browser());
    let (page, events) = tokio::join!(a.gets("/t/lobby"), b.gets("/api/v1/topics/lobby/messages"));
    assert_eq!((page.status, page.header("retry-after")), (503, "1"));
    assert_eq!((events.status, events.header("retry-after")), (503, "1"));
    assert_eq!(ready(&server).await, 503);
    network.thaw();
    becomes(&server, 200).await;
    acked.insert(during, insists(&mut ann, during, "during").await);
    nothing_is_lost(&mut server.connects("Bob").await, &acked).await;
}

#[tokio::test]
async fn whoever_follows_a_topic_is_refused_in_time_too() {
    let Some(Behind { network, server, .. }) = behind(IMPATIENT).await else { return };
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    network.freeze_at_commit(Freeze::BeforeCommit);
    let asked = ann.sends_follow("lobby", Follow::Muted).await;
    ann.receives_error(Some(asked), app::protocol::ErrorCode::Unavailable).await;
    assert_eq!(network.frozen(), 1);
    // Until then the transaction holds her row.
    network.thaw();
    assert_eq!(ann.follows("lobby", Follow::Muted).await.follow, Follow::Muted);
    drop(server);
}

#[tokio::test]
async fn a_frozen_commit_does_not_hold_up_the_end() {
    // It would be waited for much longer than the end may take.
    let settings = "--database-timeout-ms 600000 --shutdown-seconds 8";
    let Some(Behind { network, server, mut ann, acked, direct }) = behind(settings).await else { return };
    let during = DraftId::fresh();
    network.freeze_at_commit(Freeze::BeforeCommit);
    ann.sends_publish("lobby", during, "during").await;
    until("a frozen commit", || network.frozen() > 0).await;
    let behind = DraftId::fresh();
    ann.sends_publish("other", behind, "behind").await;
    // The server answers in the order in which it was asked: it has the message.
    ann.lists_members("lobby").await;
    let ended = server.stops().await;
    assert!(!ended.in_time, "something was given up");
    drop(network);
    let server = start_in(direct, "").await;
    nothing_is_lost(&mut server.connects("Eve").await, &acked).await;
    let waited = server.joins_with_subscription("Bob", "other").await.1;
    assert_eq!(bodies_of(&waited.events), ["behind"], "stored by another connection");
}
