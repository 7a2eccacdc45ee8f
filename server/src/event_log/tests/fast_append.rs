//! The fast append path, and the batches that need the checked one.

use app::protocol::RenderedText;

use super::*;

/// Appends a batch on the fast path if that takes it; returns whether it did.
async fn takes_fast_path(log: &Log, events: Vec<NewEvent>) -> bool {
    let result = log.store.fast_append(&mut log.store.writer_lease(), events).await.unwrap();
    matches!(result, store::FastAppend::Appended(_))
}

#[tokio::test]
async fn new_messages_in_a_known_topic_take_the_fast_path() {
    let fixture = fixture(testing::sqlite()).await;
    let log = &fixture.log;
    assert!(
        !takes_fast_path(log, vec![message_by(1, 1, "a").into()]).await,
        "the head of the topic is not cached"
    );
    assert_eq!(log.append(message_by(1, 1, "a")).await, stored(1));
    for (batch, first) in [(1, 10), (3, 20), (256, 100)] {
        let events = (first..first + batch).map(|draft| message_by(1, draft, "b").into()).collect();
        assert!(takes_fast_path(log, events).await, "{batch} at once");
    }
    let page = log.store.since(&topic("lobby"), 0, 1_000).await.unwrap();
    assert_eq!(seqs(&page), (1..=261).collect::<Vec<_>>());
    let summary = log.summary(&readable("lobby")).await.unwrap().unwrap();
    assert_eq!((summary.head, summary.messages), (261, 261));
    assert_eq!(log.append(message_by(1, 110, "b")).await, Ok(Receipt { seq: 16, duplicate: true }));
}

#[tokio::test]
async fn batches_that_need_checks_leave_the_fast_path_without_storing_anything() {
    let fixture = fixture(testing::sqlite()).await;
    let log = &fixture.log;
    let action = |draft, action| NewEvent { action, ..message_by(1, draft, "").into() };
    for (case, events) in [
        ("a draft that is stored", vec![message_by(1, 9, "new").into(), message_by(1, 1, "a").into()]),
        ("one draft twice", vec![message_by(1, 9, "b").into(), message_by(1, 9, "b").into()]),
        (
            "another topic",
            vec![
                message_by(1, 9, "b").into(),
                NewMessage { topic: topic("other"), ..message_by(1, 8, "b") }.into(),
            ],
        ),
        (
            "a reply to a missing message",
            vec![action(9, Action::Publish { body: "b".to_owned(), reply_to: Some(2) })],
        ),
        ("an edit", vec![action(9, Action::Edit { message: 1, revision: 1, body: "b".to_owned() })]),
    ] {
        // A rejected batch clears the head cache; this fills it again.
        log.append(message_by(1, 1, "a")).await.unwrap();
        assert!(!takes_fast_path(log, events).await, "{case}");
        assert_eq!(log.store.head(&topic("lobby")).await.unwrap(), 1, "{case}");
    }
}

#[tokio::test]
async fn a_batch_is_stored_without_the_event_that_the_database_rejects() {
    let fixture = fixture(testing::sqlite()).await;
    let log = fixture.log.clone();
    assert_eq!(log.append(message_by(1, 1, "a")).await, stored(1));
    assert_eq!(log.append(message_by(1, 2, "b")).await, stored(2));
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    log.faults().append(Some(Fault::Hold(Arc::clone(&gate))));
    let mut receipts = Vec::new();
    for event in
        [message_by(1, 3, "c"), message_by(1, 1, "a"), message_by(1, 2, "other"), message_by(1, 4, "d")]
    {
        receipts.push(log.submit(event).await.unwrap());
    }
    gate.add_permits(1);
    let mut results = Vec::new();
    for receipt in receipts {
        results.push(receipt.await);
    }
    let again = Ok(Receipt { seq: 1, duplicate: true });
    assert_eq!(results, [stored(3), again, Err(AppendError::Conflict), stored(4)]);
    assert_eq!(log.append(message_by(1, 5, "e")).await, stored(5));
}

#[tokio::test]
async fn the_fast_path_stores_each_mention_once() {
    use sea_orm::EntityTrait;
    let fixture = fixture(testing::sqlite()).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "a")).await.unwrap();
    let bob = UserId(Uuid::from_u128(2));
    let rendered = RenderedText { html: None, mentions: vec![bob, bob] };
    let events = vec![message_by(1, 2, "b").into(), NewEvent { rendered, ..message_by(1, 3, "@bob").into() }];
    assert!(takes_fast_path(log, events).await);
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    let rows = entity::mention::Entity::find().all(database.read()).await.unwrap();
    assert_eq!(rows, [entity::mention::Model { user: bob.0, topic_id: rows[0].topic_id, seq: 3 }]);
}
