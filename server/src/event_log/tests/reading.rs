//! Reading pages.

use super::*;

testing::for_each_database!(
    a_text_is_read_back_byte_for_byte,
    tails_and_pages_are_exact,
    a_page_is_cut_by_bytes_at_the_right_end_and_never_to_nothing,
    reading_a_missing_topic_creates_none_and_returns_its_future_epoch,
    a_page_that_is_reused_has_the_current_head,
);

async fn a_text_is_read_back_byte_for_byte(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    let message = message_by(1, 7, "👩‍👩‍👧‍👦 <b>\u{202e}abc\n\ttab");
    log.append(message.clone()).await.unwrap();
    let page = log.tail(&readable("lobby"), 30).await.unwrap();
    assert_eq!(page.events[0].author, message.author);
    assert_eq!(page.events[0].kind, EventKind::message(message.draft, message.body));
}

async fn tails_and_pages_are_exact(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = fixture.log.clone();
    for n in 0..40 {
        log.append(message_by(1, n, "x")).await.unwrap();
    }
    let lobby = readable("lobby");
    assert_eq!(seqs(&log.tail(&lobby, 30).await.unwrap()), (11..=40).collect::<Vec<_>>());
    assert_eq!(seqs(&log.tail(&lobby, 100).await.unwrap()), (1..=40).collect::<Vec<_>>());
    assert_eq!(seqs(&log.tail(&lobby, 0).await.unwrap()), [0; 0]);
    assert_eq!(seqs(&log.since(&lobby, 37, 2).await.unwrap()), [38, 39]);
    let heads = [log.head(&lobby).await.unwrap(), log.head(&readable("tea")).await.unwrap()];
    assert_eq!(heads, [40, 0]);
    for (seq, draft) in [(0, None), (1, Some(0)), (40, Some(39)), (41, None)] {
        let draft = draft.map(|draft| DraftId(Uuid::from_u128(draft)));
        let identity = log.identity_at(&lobby, seq).await.unwrap();
        assert_eq!(identity.map(|event| event.draft), draft, "{seq}");
        let stored = log.at(&lobby, &[seq]).await.unwrap();
        assert_eq!(identity.map(|event| event.at), stored.first().map(|event| event.at), "{seq}");
    }
    let beyond = log.since(&lobby, u64::MAX, 10).await.unwrap();
    assert_eq!((seqs(&beyond), beyond.head), (vec![], 40));
}

async fn a_page_is_cut_by_bytes_at_the_right_end_and_never_to_nothing(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    for n in 0..5 {
        fixture.log.append(message_by(1, n, &"x".repeat(100))).await.unwrap();
    }
    let page = fixture.log.tail(&readable("lobby"), 30).await.unwrap();
    assert_eq!(seqs(&page.clone().first_bytes(250)), [1, 2]);
    assert_eq!(seqs(&page.clone().last_bytes(250)), [4, 5]);
    assert_eq!(seqs(&page.clone().first_bytes(1)), [1]);
    assert_eq!(seqs(&page.clone().last_bytes(1)), [5]);
    assert_eq!(seqs(&page.last_bytes(500)), [1, 2, 3, 4, 5]);
}

async fn reading_a_missing_topic_creates_none_and_returns_its_future_epoch(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--max-topics 1").await;
    let log = fixture.log.clone();
    for n in 0..100 {
        assert_eq!(log.tail(&readable(&format!("t{n}")), 30).await.unwrap().head, 0);
    }
    let before = log.tail(&readable("lobby"), 30).await.unwrap().epoch;
    assert_eq!(log.append(message_by(1, 1, "a")).await, stored(1));
    assert_eq!(log.tail(&readable("lobby"), 30).await.unwrap().epoch, before);
}

async fn a_page_that_is_reused_has_the_current_head(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--hub-ring 1").await;
    for n in 1..=5 {
        fixture.log.append(message_by(1, n, "x")).await.unwrap();
        // From the second message on, the page is full, and its first read is reused.
        let page = fixture.log.since(&readable("lobby"), 0, 2).await.unwrap();
        assert_eq!((seqs(&page).len() as u128, page.head as u128), (n.min(2), n));
    }
}
