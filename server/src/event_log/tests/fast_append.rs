//! The short way into SQLite, and what has to take the long one.

use super::*;

/// Whether a batch takes the short way.
async fn is_short(log: &Log, events: Vec<NewEvent>) -> bool {
    let result = log.store.fast_append(&mut log.store.writer_lease(), events).await.unwrap();
    matches!(result, store::FastAppend::Appended(_))
}

#[tokio::test]
async fn new_messages_in_a_known_topic_take_the_short_way() {
    let bench = bench(testing::sqlite()).await;
    let log = &bench.log;
    assert!(!is_short(log, vec![by(1, 1, "a").into()]).await, "nobody knows the topic");
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    for (batch, first) in [(1, 10), (3, 20), (256, 100)] {
        let events = (first..first + batch).map(|draft| by(1, draft, "b").into()).collect();
        assert!(is_short(log, events).await, "{batch} at once");
    }
    let page = log.store.since(&topic("lobby"), 0, 1_000).await.unwrap();
    assert_eq!(seqs(&page), (1..=261).collect::<Vec<_>>());
    let summary = log.summary(&topic("lobby")).await.unwrap().unwrap();
    assert_eq!((summary.head, summary.messages), (261, 261));
    assert_eq!(log.append(by(1, 110, "b")).await, Ok(Receipt { seq: 16, duplicate: true }));
}

#[tokio::test]
async fn what_has_to_look_first_takes_the_long_way_and_has_stored_nothing() {
    let bench = bench(testing::sqlite()).await;
    let log = &bench.log;
    let action = |draft, action| NewEvent { action, ..by(1, draft, "").into() };
    for (case, events) in [
        ("a draft that has a place", vec![by(1, 9, "new").into(), by(1, 1, "a").into()]),
        ("one draft twice", vec![by(1, 9, "b").into(), by(1, 9, "b").into()]),
        (
            "another topic",
            vec![by(1, 9, "b").into(), NewMessage { topic: topic("other"), ..by(1, 8, "b") }.into()],
        ),
        (
            "an answer to nothing",
            vec![action(9, Action::Publish { body: "b".to_owned(), reply_to: Some(2) })],
        ),
        ("an edit", vec![action(9, Action::Edit { message: 1, revision: 1, body: "b".to_owned() })]),
    ] {
        // Known again after each that the table refused.
        log.append(by(1, 1, "a")).await.unwrap();
        assert!(!is_short(log, events).await, "{case}");
        assert_eq!(log.store.head(&topic("lobby")).await.unwrap(), 1, "{case}");
    }
}

#[tokio::test]
async fn a_batch_of_which_the_table_refuses_one_is_stored_but_for_that() {
    let bench = bench(testing::sqlite()).await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    log.faults().append(Some(Fault::Hold(Arc::clone(&gate))));
    let mut answers = Vec::new();
    for event in [by(1, 3, "c"), by(1, 1, "a"), by(1, 2, "other"), by(1, 4, "d")] {
        answers.push(log.submit(event).await.unwrap());
    }
    gate.add_permits(1);
    let mut said = Vec::new();
    for answer in answers {
        said.push(answer.await);
    }
    let again = Ok(Receipt { seq: 1, duplicate: true });
    assert_eq!(said, [new(3), again, Err(AppendError::Conflict), new(4)]);
    assert_eq!(log.append(by(1, 5, "e")).await, new(5));
}

#[tokio::test]
async fn whoever_is_mentioned_in_the_short_way_is_counted() {
    use sea_orm::EntityTrait;
    let bench = bench(testing::sqlite()).await;
    let log = &bench.log;
    log.append(by(1, 1, "a")).await.unwrap();
    let bob = UserId(Uuid::from_u128(2));
    let rendered = RenderedText { html: None, mentions: vec![bob, bob] };
    let events = vec![by(1, 2, "b").into(), NewEvent { rendered, ..by(1, 3, "@bob").into() }];
    assert!(is_short(log, events).await);
    let database = Database::open(bench.place.url()).await.unwrap();
    let rows = entity::mention::Entity::find().all(database.read()).await.unwrap();
    assert_eq!(rows, [entity::mention::Model { user: bob.0, topic_id: rows[0].topic_id, seq: 3 }]);
}
