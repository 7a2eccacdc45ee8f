//! `chorus move` between SQLite and PostgreSQL.

use std::process::Output;

use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use testing::TestDatabase;

use crate::support::{
    program::{runs, text, tries},
    soon, start_in,
    topic_logs::{EVENTS, filled, logs_of},
};

testing::for_each_database!(a_half_moved_database_is_not_used,);

async fn moves(from: &str, to: &str) -> Output {
    let directory = TempDir::new().unwrap();
    tries(&directory, &format!("move --database {from} --to {to}")).await
}

async fn is_moved(from: &str, to: &str) {
    let output = moves(from, to).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("Moved "), "{}", text(&output.stdout));
    let compared = format!("Table event: {EVENTS} rows, checksum ");
    assert!(text(&output.stderr).contains(&compared), "{}", text(&output.stderr));
}

pub(super) async fn executes(database: &str, sql: &str) {
    let connection = sea_orm::Database::connect(database).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_chat_moves_to_postgres_and_back_event_by_event() {
    let Some(middle) = testing::postgres() else { return };
    let (first, last) = (testing::sqlite(), testing::sqlite());
    let urls = [first.url().to_owned(), middle.url().to_owned(), last.url().to_owned()];
    let (_first, expected) = filled(first).await;
    is_moved(&urls[0], &urls[1]).await;
    let server = start_in(middle, "").await;
    assert_eq!(logs_of(&server).await, expected);
    // A new topic has an id that no topic has.
    let mut ann = server.joins("Ann", "later").await;
    assert_eq!(ann.publishes("new").await.seq, 1);
    ann.leaves().await;
    let stopped = server.stops().await;
    stopped.removes("later").await;

    is_moved(&urls[1], &urls[2]).await;
    let server = start_in(last, "").await;
    let moved = logs_of(&server).await;
    assert_eq!(moved, expected);
    let found = async {
        while !server.browser().gets("/api/v1/search?q=green").await.text.contains("green") {
            tokio::task::yield_now().await;
        }
    };
    soon("the search index", found).await;
}

#[tokio::test]
async fn an_interrupted_move_goes_on_and_another_chat_is_refused() {
    let (first, other, target) = (testing::sqlite(), testing::sqlite(), testing::sqlite());
    let urls = [first.url().to_owned(), other.url().to_owned(), target.url().to_owned()];
    let (_first, expected) = filled(first).await;
    let (_other, _) = filled(other).await;
    is_moved(&urls[0], &urls[2]).await;

    let refused = moves(&urls[0], &urls[2]).await;
    let line = text(&refused.stderr);
    assert_eq!((refused.status.code(), line.lines().count()), (Some(1), 1), "{line}");
    assert!(line.contains("is not empty"), "{line}");

    // The state after an interruption in the middle of the events.
    let interrupted = "CREATE TABLE chorus_move (chat text NOT NULL); \
         INSERT INTO chorus_move SELECT epoch FROM store; DELETE FROM reaction; DELETE FROM member; \
         DELETE FROM event WHERE topic_id <> (SELECT MIN(id) FROM topic) OR seq > 2; DELETE FROM search_fill";
    executes(&urls[2], interrupted).await;
    let refused = moves(&urls[1], &urls[2]).await;
    let line = text(&refused.stderr);
    assert_eq!((refused.status.code(), line.lines().count()), (Some(1), 1), "{line}");
    assert!(line.contains("another chat"), "{line}");
    is_moved(&urls[0], &urls[2]).await;
    let server = start_in(target, "").await;
    assert_eq!(logs_of(&server).await, expected);
}

async fn a_half_moved_database_is_not_used(target: TestDatabase) {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("chat"), "").unwrap();
    let migrated = runs(&directory, &format!("migrate up --database {}", target.url()));
    assert_eq!(migrated.status.code(), Some(0), "{}", text(&migrated.stderr));
    executes(target.url(), "CREATE TABLE chorus_move (chat text NOT NULL)").await;
    for command in
        ["new-epoch", "topic remove lobby", "import chat", "export --ndjson -", "serve --listen 127.0.0.1:0"]
    {
        let refused = tries(&directory, &format!("{command} --database {}", target.url())).await;
        let error = text(&refused.stderr);
        assert_eq!(
            (refused.status.code(), text(&refused.stdout).as_str()),
            (Some(1), ""),
            "{command}: {error}"
        );
        assert!(error.contains("run the same `chorus move` again"), "{command}: {error}");
    }
}

#[tokio::test]
async fn a_move_of_a_chat_that_was_changed_meanwhile_is_refused() {
    let (first, target) = (testing::sqlite(), testing::sqlite());
    let urls = [first.url().to_owned(), target.url().to_owned()];
    let (_first, _) = filled(first).await;
    is_moved(&urls[0], &urls[1]).await;
    executes(
        &urls[1],
        "CREATE TABLE chorus_move (chat text NOT NULL); INSERT INTO chorus_move SELECT epoch FROM store",
    )
    .await;
    executes(&urls[0], "UPDATE event SET body = 'tampered' WHERE seq = 2").await;
    let refused = moves(&urls[0], &urls[1]).await;
    let error = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{error}");
    assert!(error.lines().last().unwrap().contains("the table event differs"), "{error}");
}
