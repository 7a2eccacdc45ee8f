//! A standby takes over, with or without the newest events.

use app::protocol::{DraftId, ErrorCode};
use server::restore::begin_epoch;
use testing::Postgres;

use super::*;
use crate::support::acked::publishes_until_acked;

const STATUS: &str = "/api/v1/session";
const FAST_POLL: &str = "--poll-ms 20 --database-timeout-ms 3000";

/// A PostgreSQL server with a standby, and two nodes on it.
struct Setup {
    postgres: Postgres,
    database: TestDatabase,
    a: TestServer,
    b: TestServer,
}

/// Starts the nodes. Returns `None` if PostgreSQL is not installed.
async fn set_up(settings: &str) -> Option<Setup> {
    testing::find_postgres()?;
    let postgres = Postgres::start();
    let database = postgres.replicated_database();
    postgres.start_standby();
    let a = start_in(database.shared(), settings).await;
    let b = start_in(database.shared(), settings).await;
    Some(Setup { postgres, database, a, b })
}

impl Setup {
    async fn primary(&self) -> DatabaseConnection {
        sea_orm::Database::connect(self.database.url()).await.unwrap()
    }

    async fn standby(&self) -> DatabaseConnection {
        sea_orm::Database::connect(self.postgres.on_standby(&self.database).url()).await.unwrap()
    }

    /// Ends the replication, once the standby has everything up to here.
    async fn stops_replicating(&self) {
        let primary = self.primary().await;
        let standby = self.standby().await;
        rows_are(&standby, "SELECT 1 FROM event", events_in(&primary).await).await;
        executes(&standby, "ALTER SYSTEM SET primary_conninfo = ''").await;
        executes(&standby, "SELECT pg_reload_conf()").await;
        rows_are(&primary, "SELECT 1 FROM pg_stat_replication", 0).await;
    }
}

async fn events_in(database: &DatabaseConnection) -> usize {
    let sql = "SELECT seq FROM event";
    let statement = sea_orm::Statement::from_string(database.get_database_backend(), sql);
    database.query_all_raw(statement).await.unwrap().len()
}

async fn expect_refusal(server: &TestServer) {
    let mut eve = server.connects("Eve").await;
    assert!(eve.tries_to_publish("lobby", DraftId::fresh(), "refused").await.is_err());
}

#[tokio::test]
async fn a_standby_without_acknowledged_events_is_not_written_to_until_a_new_epoch() {
    let Some(setup) = set_up(FAST_POLL).await else { return };
    let mut ann = setup.a.connects("Ann").await;
    let mut bob = setup.b.connects("Bob").await;
    ann.publishes_draft("lobby", DraftId::fresh(), "replicated").await;
    bob.publishes_draft("tea", DraftId::fresh(), "replicated").await;
    setup.stops_replicating().await;
    ann.publishes_draft("lobby", DraftId::fresh(), "lost").await;
    // Nobody uses the topic any more, so its head is not polled.
    ann.leaves().await;
    setup.postgres.fail_over();
    readiness_is(&setup.a, 503, "the database has lost").await;
    // The other one misses nothing itself, and reads of the loss in the database.
    readiness_is(&setup.b, 503, "the database has lost").await;
    expect_refusal(&setup.a).await;
    expect_refusal(&setup.b).await;
    // A restart changes nothing.
    setup.a.stops().await;
    let b = setup.b.stops().await.restarts().await;
    readiness_is(&b, 503, "the database has lost").await;
    b.stops().await;
    let database = begins_epoch(&setup.database).await;
    let c = start_in(database, "").await;
    readiness_is(&c, 200, "ready").await;
    let mut eve = c.connects("Eve").await;
    assert_eq!(eve.publishes_draft("lobby", DraftId::fresh(), "after it").await, (2, false));
}

async fn begins_epoch(database: &TestDatabase) -> TestDatabase {
    let opened = server::database::Database::open(database.url()).await.unwrap();
    begin_epoch(&opened).await.unwrap();
    opened.close().await;
    database.shared()
}

/// The check is part of each write: nothing depends on what is polled first.
#[tokio::test]
async fn the_first_write_after_a_takeover_is_refused_where_an_event_is_missing() {
    let Some(setup) = set_up(ISOLATED).await else { return };
    let mut ann = setup.a.connects("Ann").await;
    ann.publishes_draft("lobby", DraftId::fresh(), "replicated").await;
    setup.stops_replicating().await;
    ann.publishes_draft("lobby", DraftId::fresh(), "lost").await;
    setup.postgres.fail_over();
    let refused = async {
        // The connections of before have to end first.
        while !setup.a.browser().gets("/readyz").await.text.contains("events_lost") {
            let sent = ann.sends_publish("tea", DraftId::fresh(), "refused").await;
            ann.receives_error(Some(sent), ErrorCode::Unavailable).await;
        }
    };
    soon("the check of a write", refused).await;
    assert_eq!(events_in(&setup.primary().await).await, 1);
}

#[tokio::test]
async fn a_synchronous_standby_takes_over_without_help() {
    let Some(setup) = set_up(FAST_POLL).await else { return };
    let primary = setup.primary().await;
    executes(&primary, "ALTER SYSTEM SET synchronous_standby_names = 'standby'").await;
    executes(&primary, "SELECT pg_reload_conf()").await;
    rows_are(&primary, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'", 1).await;
    let mut ann = setup.a.joins("Ann", "lobby").await;
    let mut bob = setup.b.joins("Bob", "lobby").await;
    ann.publishes("before").await;
    bob.receives("before").await;
    setup.postgres.fail_over();
    // Waits until both have seen the other server, and none of them misses anything.
    publishes_until_acked(&mut ann, DraftId::fresh(), "after").await;
    bob.receives("after").await;
    publishes_until_acked(&mut bob, DraftId::fresh(), "and back").await;
    readiness_is(&setup.a, 200, "ready").await;
    readiness_is(&setup.b, 200, "ready").await;
    let standby = setup.primary().await;
    rows_are(&standby, "SELECT 1 FROM store WHERE server LIKE '%/00000002'", 1).await;
    // So does one that starts now.
    let c = start_in(setup.database.shared(), "").await;
    readiness_is(&c, 200, "ready").await;
}

/// A standby can be read before it has replayed what it has received.
#[tokio::test]
async fn a_standby_in_recovery_does_not_end_writing() {
    let Some(setup) = set_up(FAST_POLL).await else { return };
    let mut ann = setup.a.joins("Ann", "lobby").await;
    ann.publishes("replayed").await;
    let standby = setup.standby().await;
    rows_are(&standby, "SELECT 1 FROM event", 1).await;
    executes(&standby, "SELECT pg_wal_replay_pause()").await;
    ann.publishes("received").await;
    let received = "SELECT 1 FROM pg_stat_replication WHERE flush_lsn >= pg_current_wal_flush_lsn()";
    rows_are(&setup.primary().await, received, 1).await;
    setup.postgres.lead_to_standby();
    for question in ["%topic.head%", "%AS identity%"] {
        let asked = format!(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'chorus' AND query LIKE '{question}' LIMIT 1"
        );
        rows_are(&standby, &asked, 1).await;
    }
    assert_eq!(events_in(&standby).await, 1);
    executes(&standby, "SELECT pg_wal_replay_resume()").await;
    setup.postgres.promote();
    publishes_until_acked(&mut ann, DraftId::fresh(), "after").await;
    readiness_is(&setup.a, 200, "ready").await;
    readiness_is(&setup.b, 200, "ready").await;
    assert_eq!(events_in(&setup.primary().await).await, 3);
}

/// It does not know yet who has come, and who has signed out.
#[tokio::test]
async fn sessions_are_not_read_from_a_standby_in_recovery() {
    let Some(setup) = set_up(FAST_POLL).await else { return };
    let (ann, mut member) = setup.a.connects_with_browser("Ann").await;
    member.publishes_draft("lobby", DraftId::fresh(), "replicated").await;
    member.leaves().await;
    // A request renews the session, so the next ones only read it.
    assert_eq!(ann.gets(STATUS).await.status, 200);
    let standby = setup.standby().await;
    let renewed = "SELECT 1 FROM session WHERE name = 'Ann' AND expires_at - created_at > 172800000";
    rows_are(&standby, renewed, 1).await;
    executes(&standby, "SELECT pg_wal_replay_pause()").await;
    let (zoe, _) = setup.a.connects_with_browser("Zoe").await;
    setup.a.ends_session(&ann.cookie()).await;
    let statuses = async || (ann.gets(STATUS).await.status, zoe.gets("/t/lobby").await.status);
    assert_eq!(statuses().await, (401, 200));
    let received = "SELECT 1 FROM pg_stat_replication WHERE flush_lsn >= pg_current_wal_flush_lsn()";
    rows_are(&setup.primary().await, received, 1).await;
    setup.postgres.lead_to_standby();
    let asked = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'chorus' AND query LIKE '%session.token_hash%' LIMIT 1";
    let answers = async {
        loop {
            assert_eq!(statuses().await, (503, 503));
        }
    };
    tokio::select! {
        () = answers => {}
        () = rows_are(&standby, asked, 1) => {}
    }
    assert_eq!(statuses().await, (503, 503), "the standby answers");
    executes(&standby, "SELECT pg_wal_replay_resume()").await;
    setup.postgres.promote();
    readiness_is(&setup.a, 200, "ready").await;
    assert_eq!(statuses().await, (401, 200));
    assert_eq!(zoe.gets(STATUS).await.json()["name"], "Zoe");
}

/// Nobody remembers an event, so nobody can tell whether the newest ones are there.
#[tokio::test]
async fn a_node_that_starts_after_a_takeover_does_not_write_until_a_new_epoch() {
    let Some(setup) = set_up(FAST_POLL).await else { return };
    setup.a.connects("Ann").await.publishes_draft("lobby", DraftId::fresh(), "one").await;
    let standby = setup.standby().await;
    rows_are(&standby, "SELECT 1 FROM event", 1).await;
    setup.a.stops().await;
    setup.b.stops().await;
    setup.postgres.fail_over();
    let a = start_in(setup.database.shared(), "--poll-ms 20").await;
    readiness_is(&a, 503, "the database may have lost").await;
    expect_refusal(&a).await;
    a.stops().await;
    let a = start_in(begins_epoch(&setup.database).await, "").await;
    readiness_is(&a, 200, "ready").await;
    a.connects("Ann").await.publishes_draft("lobby", DraftId::fresh(), "two").await;
}
