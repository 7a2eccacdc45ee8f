//! A node that cannot reach PostgreSQL, or whose connection does not answer.

use app::protocol::{DraftId, ErrorCode, Follow};
use sea_orm::TransactionTrait;
use testing::{Freeze, Proxy};

use super::*;
use crate::support::acked::publishes_until_acked;

/// A node, and one whose connections to the database can be stalled.
struct Setup {
    network: Proxy,
    a: TestServer,
    b: TestServer,
}

async fn set_up(settings_of_a: &str, settings_of_b: &str) -> Option<Setup> {
    let database = testing::postgres()?;
    let network = Proxy::start(&database);
    network.mark_connections("LISTEN");
    let a = start_in(database.shared(), settings_of_a).await;
    let b = start_in(network.database(), settings_of_b).await;
    Some(Setup { network, a, b })
}

#[tokio::test]
async fn a_node_without_its_database_acknowledges_nothing_and_its_sockets_catch_up() {
    let short = "--database-timeout-ms 3000 --stall-ms 300";
    let Some(Setup { network, a, b }) = set_up("", short).await else { return };
    let mut ann = a.joins("Ann", "lobby").await;
    let mut bob = b.joins("Bob", "lobby").await;
    let mut zoe = b.connects("Zoe").await;
    network.freeze();
    ann.publishes("meanwhile").await;
    let draft = DraftId::fresh();
    assert!(zoe.tries_to_publish("lobby", draft, "from the other side").await.is_err());
    readiness_is(&b, 503, "").await;
    network.thaw();
    readiness_is(&b, 200, "ready").await;
    bob.receives("meanwhile").await;
    publishes_until_acked(&mut zoe, draft, "from the other side").await;
    bob.receives("from the other side").await;
    ann.receives("from the other side").await;
}

/// The checks wait for a lock of another process here.
#[tokio::test]
async fn events_are_delivered_while_the_check_of_people_or_of_continuity_hangs() {
    for (table, check) in [("member", r#"%JOIN "member"%"#), ("store", "%events_lost FROM store")] {
        let Some(nodes) = start_nodes(ONLY_HINTS, "--poll-ms 20").await else { return };
        let database = nodes.connects_to_database().await;
        nodes.a.connects("Zoe").await.publishes_draft("lobby", DraftId::fresh(), "before").await;
        // Without a session: otherwise she follows the topic, and her connection reads the membership.
        let mut ann = nodes.a.joins("Ann", "lobby").await;
        let (_browser, mut bob) = nodes.b.connects_with_browser("Bob").await;
        bob.subscribes("lobby").await;
        let holder = database.begin().await.unwrap();
        holder.execute_unprepared(&format!("LOCK TABLE {table}")).await.unwrap();
        let delivered = async {
            for n in 0.. {
                let Some(hanging) = waits_for_lock(&database, check).await else { continue };
                ann.publishes(&n.to_string()).await;
                bob.receives(&n.to_string()).await;
                // PostgreSQL ends each wait after some seconds, and the next check hangs again.
                if waits_for_lock(&database, check).await == Some(hanging) {
                    return;
                }
            }
        };
        soon(&format!("a delivery while {check} hangs"), delivered).await;
        holder.rollback().await.unwrap();
    }
}

/// Returns the connection on which such a statement waits for a lock, and when the statement began.
async fn waits_for_lock(database: &DatabaseConnection, statement: &str) -> Option<String> {
    let sql = format!(
        "SELECT concat_ws(' ', pid, query_start) AS waiting FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '{statement}'"
    );
    let sql = sea_orm::Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(sql).await.unwrap();
    row.map(|row| row.try_get("", "waiting").unwrap())
}

/// A hint that overtakes its commit finds nothing, and here no poll repairs that. Hints arrive in the order in which they were sent.
#[tokio::test]
async fn an_event_is_announced_after_its_commit() {
    let Some(database) = testing::postgres() else { return };
    let network = Proxy::start(&database);
    let patient = format!("{ONLY_HINTS} --database-timeout-ms 60000");
    let a = start_in(network.database(), &patient).await;
    let b = start_in(database.shared(), ONLY_HINTS).await;
    listeners_are(&sea_orm::Database::connect(database.url()).await.unwrap(), 2).await;
    let mut zoe = a.connects("Zoe").await;
    zoe.publishes_draft("tea", DraftId::fresh(), "one").await;
    let (browser, mut ann_at_a) = a.connects_with_browser("Ann").await;
    let mut ann_at_b = browser.moves_to(b.address).connects(None).await;
    let mut bob = b.joins("Bob", "lobby").await;

    network.freeze_at_commit(Freeze::BeforeCommit);
    zoe.sends_publish("lobby", DraftId::fresh(), "late").await;
    let frozen = async {
        while network.frozen() == 0 {
            tokio::task::yield_now().await;
        }
    };
    soon("a frozen commit", frozen).await;
    ann_at_a.follows("tea", Follow::Following).await;
    assert_eq!(ann_at_b.receives_membership().await.follow, Follow::Following);
    network.thaw();
    bob.receives("late").await;
}

/// A half-open connection gives no error: the missing heartbeat shows it.
#[tokio::test]
async fn a_listening_connection_that_falls_silent_is_replaced() {
    let Some(Setup { network, a, b }) = set_up("", ONLY_HINTS).await else { return };
    let mut ann = a.joins("Ann", "lobby").await;
    let mut bob = b.joins("Bob", "lobby").await;
    ann.publishes("before").await;
    bob.receives("before").await;
    soon("a connection that listens", async {
        while network.marked() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    network.freeze_marked();
    ann.publishes("meanwhile").await;
    bob.receives("meanwhile").await;
    readiness_is(&b, 200, "ready").await;
}

/// The store may show an author's own event before the log has replied: the reply is sent first all the same.
#[tokio::test]
async fn an_author_gets_the_reply_before_the_event() {
    let Some(Setup { network, b, .. }) = set_up("", "--database-timeout-ms 3000 --poll-ms 20").await else {
        return;
    };
    let mut bob = b.joins("Bob", "lobby").await;
    let mut eve = b.joins("Eve", "lobby").await;
    bob.publishes("first").await;
    eve.receives("first").await;
    network.freeze_at_commit(Freeze::AfterCommit);
    let sent = bob.sends_publish("lobby", DraftId::fresh(), "stored").await;
    eve.receives("stored").await;
    assert_eq!(network.frozen(), 1, "the log has no answer yet");
    bob.receives_error(Some(sent), ErrorCode::Unavailable).await;
    bob.receives("stored").await;
}

/// Otherwise it would wait for a timeout of its own after that of the first, which is longer than a test waits.
#[tokio::test]
async fn a_write_behind_a_stalled_one_is_refused_with_it() {
    let Some(Setup { network, b, .. }) = set_up("", "--database-timeout-ms 5500").await else { return };
    let mut bob = b.connects("Bob").await;
    let mut eve = b.connects("Eve").await;
    network.freeze();
    let first = bob.sends_publish("lobby", DraftId::fresh(), "first").await;
    // Replies come in the order of the requests, so this one shows that the server has the message.
    bob.lists_members("lobby").await;
    let second = eve.sends_publish("lobby", DraftId::fresh(), "second").await;
    tokio::join!(
        bob.receives_error(Some(first), ErrorCode::Unavailable),
        eve.receives_error(Some(second), ErrorCode::Unavailable)
    );
}

/// PostgreSQL answers that one topic is locked, which says nothing of the writes behind it.
#[tokio::test]
async fn a_lock_of_another_process_refuses_no_writes_to_other_topics() {
    let Some(nodes) = start_nodes("--database-timeout-ms 3000", "").await else { return };
    let mut bob = nodes.a.connects("Bob").await;
    let mut eve = nodes.a.connects("Eve").await;
    bob.publishes_draft("lobby", DraftId::fresh(), "first").await;
    eve.publishes_draft("tea", DraftId::fresh(), "first").await;
    let database = nodes.connects_to_database().await;
    let holder = database.begin().await.unwrap();
    holder.execute_unprepared("SELECT 1 FROM topic WHERE name = 'lobby' FOR UPDATE").await.unwrap();
    let sent = bob.sends_publish("lobby", DraftId::fresh(), "locked").await;
    rows_are(
        &database,
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        1,
    )
    .await;
    let behind = eve.publishes_draft("tea", DraftId::fresh(), "behind");
    let refused = bob.receives_error(Some(sent), ErrorCode::Unavailable);
    assert_eq!(tokio::join!(behind, refused).0, (2, false));
    holder.rollback().await.unwrap();
}
