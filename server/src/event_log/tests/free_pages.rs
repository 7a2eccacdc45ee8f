//! The SQLite file becomes shorter after many messages were deleted.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::*;

const MESSAGES: u64 = 300;

fn delete(message: u64) -> NewEvent {
    let action = Action::Delete { message, revision: message };
    NewEvent { action, draft: DraftId::fresh(), ..message_by(1, 0, "").into() }
}

async fn pages(database: &Database) -> u64 {
    let count = Statement::from_string(DbBackend::Sqlite, "PRAGMA page_count");
    let row = database.read().query_one_raw(count).await.unwrap().unwrap();
    row.try_get_by_index::<i64>(0).unwrap() as u64
}

#[tokio::test]
async fn deleting_nine_tenths_of_the_messages_shrinks_the_file_while_others_publish() {
    let test_database = testing::sqlite();
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, _, tracker) = open_log_on(database.clone(), "").await;
    let long = "long ".repeat(1_600);
    for n in 1..=MESSAGES {
        log.submit(message_by(1, n.into(), &long)).await.unwrap();
    }
    for n in (1..=MESSAGES).filter(|n| !n.is_multiple_of(10)) {
        log.submit(delete(n)).await.unwrap();
    }
    log.append(message_by(1, 1_000, "the last one")).await.unwrap();
    let before = pages(&database).await;
    assert!(before > 2 * MESSAGES, "each message has filled two pages: {before}");

    let mut steps = 0;
    while database.free_next_pages().await.unwrap() {
        steps += 1;
        log.append(message_by(1, 2_000 + steps, "meanwhile")).await.unwrap();
    }
    assert!(steps > 1, "a publisher waits for a part of it only");
    let after = pages(&database).await;
    assert!(2 * after < before, "{before} pages, then {after}");
    assert_eq!(log.tail(&readable("lobby"), 1).await.unwrap().events.len(), 1);

    drop(log);
    tracker.close();
    tracker.wait().await;
    database.close().await;
    assert_eq!(test_database.file().unwrap().metadata().unwrap().len(), after * 4_096);
}
