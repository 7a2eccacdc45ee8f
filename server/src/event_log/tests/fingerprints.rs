//! Fingerprints do not reveal replaced texts.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::*;
use entity::event;

testing::for_each_database!(
    a_retry_of_an_edited_message_is_a_duplicate_with_any_content,
    an_edited_message_has_no_fingerprint,
    fingerprints_that_an_older_version_left_are_removed,
);

const PIN: &str = "4711";

fn edit(draft: u128, revision: u64, body: &str) -> NewEvent {
    NewEvent {
        action: Action::Edit { message: 1, revision, body: body.to_owned() },
        ..message_by(1, draft, "").into()
    }
}

/// Publishes a message and edits it twice.
async fn edited(log: &Log) {
    assert_eq!(log.append(message_by(1, 1, PIN)).await, stored(1));
    assert_eq!(log.append(edit(2, 1, "4712")).await, stored(2));
    assert_eq!(log.append(edit(3, 2, "the PIN is gone")).await, stored(3));
}

/// The lengths of the fingerprints of the lobby's events.
async fn fingerprints(database: &Database) -> Vec<usize> {
    // Only the columns that every version has.
    let query = event::Entity::find().select_only().columns([event::Column::Seq, event::Column::Fingerprint]);
    let mut events: Vec<(i64, Vec<u8>)> = query.into_tuple().all(database.read()).await.unwrap();
    events.sort_unstable();
    events.into_iter().map(|(_, fingerprint)| fingerprint.len()).collect()
}

async fn a_retry_of_an_edited_message_is_a_duplicate_with_any_content(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, PIN)).await.unwrap();
    assert_eq!(log.append(message_by(1, 1, "other")).await, Err(AppendError::Conflict));
    log.append(edit(2, 1, "edited")).await.unwrap();
    for body in [PIN, "edited", "other"] {
        assert_eq!(
            log.append(message_by(1, 1, body)).await,
            Ok(Receipt { seq: 1, duplicate: true }),
            "{body}"
        );
    }
    assert_eq!(log.append(edit(2, 1, "other")).await, Err(AppendError::Conflict), "the current text");
    log.append(NewMessage { topic: topic("tea"), ..message_by(2, 1, "a topic") }).await.unwrap();
    for other in ["tea", "new"] {
        let elsewhere = log.append(NewMessage { topic: topic(other), ..message_by(1, 1, PIN) }).await;
        assert_eq!(elsewhere, Err(AppendError::Conflict), "its receipt would name another event of {other}");
    }
}

async fn an_edited_message_has_no_fingerprint(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    edited(&fixture.log).await;
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    assert_eq!(fingerprints(&database).await, [0, 0, 16]);
}

/// Restores the state that an older version left: the message has the fingerprint of its first text.
async fn leave_fingerprint(database: &Database) {
    while database.migrations().await.unwrap().iter().any(|(name, taken)| *taken && name.starts_with("m0009"))
    {
        database.migrate_down().await.unwrap();
    }
    let fingerprint = Set(fingerprint::fingerprint(&message_by(1, 1, PIN).into()).to_vec());
    let row = event::ActiveModel { fingerprint, ..Default::default() };
    let message = event::Column::Seq.eq(1);
    event::Entity::update_many().set(row).filter(message).exec(database.write()).await.unwrap();
}

async fn fingerprints_that_an_older_version_left_are_removed(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    edited(&fixture.log).await;
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    leave_fingerprint(&database).await;
    assert_eq!(fingerprints(&database).await, [16, 0, 16]);
    database.migrate().await.unwrap();
    assert_eq!(fingerprints(&database).await, [0, 0, 16]);
}

#[tokio::test]
async fn the_database_file_holds_no_fingerprint_of_a_replaced_text() {
    for older_version in [false, true] {
        let test_database = testing::sqlite();
        let database = Database::open(test_database.url()).await.unwrap();
        let (log, _, tracker) = open_log_on(database.clone(), "").await;
        edited(&log).await;
        drop(log);
        tracker.close();
        tracker.wait().await;
        if older_version {
            leave_fingerprint(&database).await;
            database.migrate().await.unwrap();
        }
        database.close().await;
        let file = std::fs::read(test_database.file().unwrap()).unwrap();
        let is_there = |bytes: &[u8]| file.windows(bytes.len()).any(|window| window == bytes);
        assert!(is_there(b"the PIN is gone"));
        let guess = |pin: &str| is_there(&fingerprint::fingerprint(&message_by(1, 1, pin).into()));
        assert!(!guess(PIN), "older version: {older_version}");
        assert!(!is_there(&fingerprint::fingerprint(&edit(2, 1, "4712"))), "the text of the first edit");
        let stands = fingerprint::fingerprint(&edit(3, 2, "the PIN is gone"));
        assert!(is_there(&stands), "the current text is found");
    }
}
