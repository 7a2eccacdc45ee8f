//! A network between the server and its PostgreSQL that stalls without an error.

use app::protocol::{DraftId, Follow};
use testing::{Freeze, Proxy, TestDatabase};

use crate::support::{
    Member, TestServer,
    acked::{Acked, assert_nothing_is_lost, publishes_until_acked},
    bodies_of, soon, start_in,
};

/// A server whose PostgreSQL is behind such a network, and Ann, who has published in the lobby.
struct Setup {
    network: Proxy,
    server: TestServer,
    ann: Member,
    acked: Acked,
    /// The database without the network in between.
    direct: TestDatabase,
}

/// Returns `None` if PostgreSQL is not installed.
async fn set_up(settings: &str) -> Option<Setup> {
    let direct = testing::postgres()?;
    let network = Proxy::start(&direct);
    let server = start_in(network.database(), settings).await;
    let mut ann = server.connects("Ann").await;
    let first = DraftId::fresh();
    let acked = Acked::from([(first, publishes_until_acked(&mut ann, first, "first").await)]);
    Some(Setup { network, server, ann, acked, direct })
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

const SHORT_TIMEOUTS: &str = "--database-timeout-ms 1500 --stall-ms 300";

#[tokio::test]
async fn a_commit_without_an_answer_is_refused_and_its_events_are_delivered() {
    let Some(Setup { network, server, mut ann, mut acked, .. }) = set_up(SHORT_TIMEOUTS).await else {
        return;
    };
    let mut eve = server.joins("Eve", "lobby").await;
    let during = DraftId::fresh();
    network.freeze_at_commit(Freeze::AfterCommit);
    let (refused, ()) = tokio::join!(ann.tries_to_publish("lobby", during, "during"), becomes(&server, 503));
    assert!(refused.is_err_and(|wait| wait > 0));
    eve.receives("during").await;
    assert_eq!(ann.publishes_draft("lobby", during, "during").await, (2, true));
    becomes(&server, 200).await;
    acked.insert(during, 2);
    assert_nothing_is_lost(&mut server.connects("Bob").await, &acked).await;
    assert!(server.stops().await.in_time);
}

#[tokio::test]
async fn a_commit_that_arrives_after_its_timeout_is_delivered_too() {
    let Some(Setup { network, server, mut ann, mut acked, .. }) = set_up(SHORT_TIMEOUTS).await else {
        return;
    };
    let mut eve = server.joins("Eve", "lobby").await;
    let during = DraftId::fresh();
    network.freeze_at_commit(Freeze::BeforeCommit);
    assert!(ann.tries_to_publish("lobby", during, "during").await.is_err());
    // Other topics go on meanwhile, and their commits do not settle the outcome of this one.
    let other = DraftId::fresh();
    soon("another topic", async { while ann.tries_to_publish("other", other, "other").await.is_err() {} })
        .await;
    network.count_statements("SET LOCAL lock_timeout = '100ms'");
    until("two looks at what became of it", || network.counted() >= 2).await;
    network.thaw();
    eve.receives("during").await;
    assert_eq!(ann.publishes_draft("lobby", during, "during").await, (2, true));
    acked.insert(during, 2);
    assert_nothing_is_lost(&mut server.connects("Bob").await, &acked).await;
}

#[tokio::test]
async fn a_stalled_network_refuses_requests_in_time_and_recovers() {
    let Some(Setup { network, server, mut ann, mut acked, .. }) = set_up(SHORT_TIMEOUTS).await else {
        return;
    };
    let during = DraftId::fresh();
    network.freeze();
    // More attempts than there are database connections.
    for _ in 0..3 {
        assert!(ann.tries_to_publish("lobby", during, "during").await.is_err());
    }
    let a = server.browser();
    let b = server.browser();
    let (page, events) = tokio::join!(a.gets("/t/lobby"), b.gets("/api/v1/topics/lobby/messages"));
    assert_eq!((page.status, page.header("retry-after")), (503, "1"));
    assert_eq!((events.status, events.header("retry-after")), (503, "1"));
    assert_eq!(ready(&server).await, 503);
    network.thaw();
    becomes(&server, 200).await;
    acked.insert(during, publishes_until_acked(&mut ann, during, "during").await);
    assert_nothing_is_lost(&mut server.connects("Bob").await, &acked).await;
}

#[tokio::test]
async fn following_is_refused_in_time_too() {
    let Some(Setup { network, server, .. }) = set_up(SHORT_TIMEOUTS).await else { return };
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    network.freeze_at_commit(Freeze::BeforeCommit);
    let asked = ann.sends_follow("lobby", Follow::Muted).await;
    ann.receives_error(Some(asked), app::protocol::ErrorCode::Unavailable).await;
    assert_eq!(network.frozen(), 1);
    // Until then the stalled transaction locks her row.
    network.thaw();
    assert_eq!(ann.follows("lobby", Follow::Muted).await.follow, Follow::Muted);
    drop(server);
}

#[tokio::test]
async fn a_stalled_commit_does_not_delay_the_shutdown() {
    // The database timeout is much longer than the shutdown may take.
    let settings = "--database-timeout-ms 600000 --shutdown-seconds 8";
    let Some(Setup { network, server, mut ann, acked, direct }) = set_up(settings).await else { return };
    let during = DraftId::fresh();
    network.freeze_at_commit(Freeze::BeforeCommit);
    ann.sends_publish("lobby", during, "during").await;
    until("a frozen commit", || network.frozen() > 0).await;
    let behind = DraftId::fresh();
    ann.sends_publish("other", behind, "behind").await;
    // Replies come in the order of the requests, so this one shows that the server has the message.
    ann.lists_members("lobby").await;
    let ended = server.stops().await;
    assert!(!ended.in_time, "something was given up");
    drop(network);
    let server = start_in(direct, "").await;
    assert_nothing_is_lost(&mut server.connects("Eve").await, &acked).await;
    let waited = server.joins_with_subscription("Bob", "other").await.1;
    assert_eq!(bodies_of(&waited.events), ["behind"], "stored by another connection");
}
