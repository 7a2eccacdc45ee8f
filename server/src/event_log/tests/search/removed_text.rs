//! Edited and deleted texts are neither found nor left in the file.

use super::*;

testing::for_each_database!(
    an_edit_is_found_by_its_new_words_only,
    deleted_messages_are_not_found,
    deleted_messages_are_removed_from_the_index,
    after_several_changes_in_one_batch_the_last_text_is_indexed,
);

async fn an_edit_is_found_by_its_new_words_only(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(log, &["frist words", "other"]).await;
    log.append(edit(1, 1, "first words")).await.unwrap();
    assert_eq!(found(log, "frist").await, [0; 0]);
    assert_eq!(found(log, "first").await, [1]);
    assert_eq!(found(log, "words from:ann in:lobby").await, [1]);
    assert_eq!(log.append(edit(1, 1, "stale")).await, Err(AppendError::Stale));
    assert_eq!(found(log, "stale").await, [0; 0]);
}

async fn deleted_messages_are_not_found(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(log, &["one secret", "two secret"]).await;
    log.append(delete(1, 1)).await.unwrap();
    assert_eq!(found(log, "secret").await, [2]);
    assert_eq!(found(log, "from:ann").await, [2]);
    log.append(delete(2, 2)).await.unwrap();
    assert_eq!(found(log, "secret").await, [0; 0]);
}

async fn deleted_messages_are_removed_from_the_index(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    publish(log, &["one secret", "two", "three"]).await;
    assert_eq!(found(log, "secret").await, [1]);
    log.append(edit(2, 2, "two secrets")).await.unwrap();
    log.append(delete(1, 1)).await.unwrap();
    log.append(delete(2, 4)).await.unwrap();
    assert_eq!(indexed(&fixture.test_database).await, [3], "removed at once");
    assert_eq!(found(log, "secret").await, [0; 0]);
    assert_eq!(indexed(&fixture.test_database).await, [3], "and stays removed");
}

async fn after_several_changes_in_one_batch_the_last_text_is_indexed(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let mut receipts = Vec::new();
    let chain = [
        message_by(1, 1, "one").into(),
        message_by(1, 2, "two").into(),
        edit(1, 1, "three"),
        delete(2, 2),
        edit(1, 3, "four"),
    ];
    for event in chain {
        receipts.push(log.submit(event).await.unwrap());
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
    assert_eq!(found(log, "from:ann").await, [1]);
    assert_eq!(found(log, "four").await, [1]);
}

/// A word that shares no prefix with the others.
fn secret(n: u64) -> String {
    let mix = |n: u64, by: u64| (n ^ (n >> 31)).wrapping_mul(by);
    format!("{:016x}", mix(mix(n + 1, 0x9e37_79b9_7f4a_7c15), 0xbf58_476d_1ce4_e5b9))
}

#[tokio::test]
async fn deleted_and_replaced_words_are_nowhere_in_the_file() {
    let test_database = testing::sqlite();
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, _, tracker) = open_log_on(database.clone(), "").await;
    for n in 0..2_000 {
        log.submit(message_by(1, n.into(), &format!("public {} {}", secret(2 * n), secret(2 * n + 1))))
            .await
            .unwrap();
    }
    let gone = |n: &u64| n.is_multiple_of(3);
    for n in (0..2_000).filter(gone) {
        let event = if n.is_multiple_of(2) { delete(n + 1, n + 1) } else { edit(n + 1, n + 1, "public") };
        log.submit(event).await.unwrap();
    }
    assert_eq!(log.append(message_by(1, 2_000, "public")).await, stored(2_000 + 667 + 1));
    drop(log);
    tracker.close();
    tracker.wait().await;
    database.close().await;
    let file = std::fs::read(test_database.file().unwrap()).unwrap();
    let is_there = |part: &[u8]| file.windows(part.len()).any(|bytes| bytes == part);
    let mut kept = (0..2_000).filter(|n| !gone(n)).step_by(40).map(|n| secret(2 * n));
    assert!(kept.all(|word| is_there(word.as_bytes())), "other words are found");
    for word in (0..2_000).filter(gone).step_by(10).map(|n| secret(2 * n)) {
        let (begin, end) = word.as_bytes().split_at(8);
        assert!(!is_there(begin) && !is_there(end), "{word}");
    }
}
