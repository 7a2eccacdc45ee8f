//! The reasons of `/readyz`.

use app::protocol::{DraftId, ErrorCode};
use sea_orm::{ConnectOptions, ConnectionTrait};

use crate::support::{TestServer, soon, start_in};

/// Waits until the server is not ready for this reason, and returns its answer.
async fn reason_is(server: &TestServer, code: &str) -> serde_json::Value {
    let answer = async {
        loop {
            let answer = server.browser().gets("/readyz").await;
            if answer.status == 503 && answer.json()["reasons"][0]["code"] == code {
                return answer.json();
            }
        }
    };
    soon(code, answer).await
}

async fn becomes_ready(server: &TestServer) {
    soon("200", async { while server.browser().gets("/readyz").await.status != 200 {} }).await;
}

#[tokio::test]
async fn a_ready_server_tells_operators_its_last_commit() {
    let server = start_in(testing::sqlite(), "").await;
    let before = server.browser().gets("/readyz").await.json();
    assert_eq!(before, serde_json::json!({ "status": "ready", "reasons": [] }));
    server.joins("Ann", "lobby").await.publishes("Hello").await;
    let after = server.browser().gets("/readyz").await.json();
    assert!(after["last_commit"].as_str().unwrap().ends_with('Z'), "{after}");
    assert!(after.get("last_failure").is_none(), "{after}");
    let stranger = [("x-forwarded-for", "203.0.113.1")];
    let told = server.browser().gets_with("/readyz", &stranger).await.json();
    assert_eq!(told, serde_json::json!({ "status": "ready", "reasons": [] }));
}

#[tokio::test]
async fn a_locked_sqlite_file_is_reported_as_such_until_it_is_free() {
    let database = testing::sqlite();
    let mut options = ConnectOptions::new(database.url());
    options.max_connections(1);
    let server = start_in(database, "--stall-ms 200").await;
    let mut ann = server.connects("Ann").await;
    let other = sea_orm::Database::connect(options).await.unwrap();
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let draft = DraftId::fresh();
    let refused = ann.sends_publish("lobby", draft, "Hello").await;
    // The commit waits for the lock, and fails after a while. The next one waits as well, and the reason is known by then.
    reason_is(&server, "database_not_answering").await;
    ann.receives_error(Some(refused), ErrorCode::Unavailable).await;
    let again = ann.sends_publish("lobby", draft, "Hello").await;
    let answer = reason_is(&server, "database_locked").await;
    assert_eq!(answer["last_failure"]["code"], "database_locked");
    other.execute_unprepared("ROLLBACK").await.unwrap();
    assert_eq!(ann.is_acked(again, draft).await, (1, false));
    becomes_ready(&server).await;
}

/// Nobody writes after the lock is released.
#[tokio::test]
async fn a_failed_commit_is_the_reason_until_the_file_can_be_written() {
    let database = testing::sqlite();
    let mut options = ConnectOptions::new(database.url());
    options.max_connections(1);
    let server = start_in(database, "--stall-ms 3600000").await;
    let mut ann = server.connects("Ann").await;
    let other = sea_orm::Database::connect(options).await.unwrap();
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let refused = ann.sends_publish("lobby", DraftId::fresh(), "Hello").await;
    ann.receives_error(Some(refused), ErrorCode::Unavailable).await;
    reason_is(&server, "database_locked").await;
    other.execute_unprepared("ROLLBACK").await.unwrap();
    becomes_ready(&server).await;
}

/// However long the database may take: idle connections report their end, and after them the pool waits for new ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_server_that_is_gone_is_noticed_before_any_timeout() {
    if testing::find_postgres().is_none() {
        return;
    }
    let postgres = testing::Postgres::start();
    let limits = "--stall-ms 3600000 --database-timeout-ms 3600000";
    let server = start_in(postgres.database(), limits).await;
    tokio::task::block_in_place(|| postgres.stop());
    for _ in 0..8 {
        reason_is(&server, "database_unreachable").await;
    }
    tokio::task::block_in_place(|| postgres.restart());
    becomes_ready(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_server_that_is_gone_is_the_reason_until_it_is_back() {
    if testing::find_postgres().is_none() {
        return;
    }
    let postgres = testing::Postgres::start();
    let server = start_in(postgres.database(), "--stall-ms 500").await;
    tokio::task::block_in_place(|| postgres.stop());
    reason_is(&server, "database_unreachable").await;
    tokio::task::block_in_place(|| postgres.restart());
    becomes_ready(&server).await;
}
