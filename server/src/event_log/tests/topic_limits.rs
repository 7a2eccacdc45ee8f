//! Limits on topics, the reserved topic, and removing topics.

use std::net::IpAddr;

use app::protocol::{Emoji, RenderedText};
use sea_orm::{ConnectionTrait, Statement};

use super::*;
use crate::event_log::{list_topics, remove_topic};

testing::for_each_database!(
    one_address_creates_a_limited_number_of_topics_an_hour,
    the_reserved_topic_can_be_created_at_the_limit_of_topics,
    the_reserved_topic_does_not_count_towards_the_limit,
    a_removed_topic_leaves_no_row_and_gets_another_epoch,
);

/// Publishes a message in a topic from an address.
async fn publish_from(log: &Log, address: &str, name: &str) -> Result<Receipt, AppendError> {
    let message = NewMessage { topic: topic(name), draft: DraftId::fresh(), ..message_by(1, 0, "hello") };
    log.append(NewEvent::from(message).from_address(address.parse::<IpAddr>().unwrap())).await
}

async fn one_address_creates_a_limited_number_of_topics_an_hour(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--topics-per-hour 2").await;
    let log = &fixture.log;
    for name in ["one", "two", "one"] {
        assert!(publish_from(log, "203.0.113.1", name).await.is_ok(), "{name}");
    }
    let Err(AppendError::TooManyNewTopics { retry_ms }) = publish_from(log, "203.0.113.1", "three").await
    else {
        panic!("a topic too many")
    };
    assert!((1..=1_800_000).contains(&retry_ms), "half an hour at most: {retry_ms}");
    assert!(publish_from(log, "203.0.113.1", "two").await.is_ok(), "an existing topic can be written in");
    assert!(publish_from(log, "203.0.113.2", "three").await.is_ok());
}

async fn the_reserved_topic_can_be_created_at_the_limit_of_topics(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--topics-per-hour 1 --max-topics 2").await;
    let log = &fixture.log;
    log.reserve(topic("lobby"));
    assert!(publish_from(log, "203.0.113.1", "one").await.is_ok());
    assert!(publish_from(log, "203.0.113.2", "two").await.is_ok());
    assert_eq!(publish_from(log, "203.0.113.3", "three").await, Err(AppendError::TooManyTopics));
    assert!(publish_from(log, "203.0.113.1", "lobby").await.is_ok(), "it is exempt from the limits");
    assert_eq!(publish_from(log, "203.0.113.3", "three").await, Err(AppendError::TooManyTopics));
}

async fn the_reserved_topic_does_not_count_towards_the_limit(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--max-topics 1").await;
    let log = &fixture.log;
    log.reserve(topic("lobby"));
    for name in ["lobby", "one"] {
        assert!(publish_from(log, "203.0.113.1", name).await.is_ok(), "{name}");
    }
    assert_eq!(publish_from(log, "203.0.113.1", "two").await, Err(AppendError::TooManyTopics));
}

/// Publishes a message that mentions its author, and reacts to it.
async fn publish_and_react(log: &Log, name: &str) {
    let message = NewMessage { topic: topic(name), draft: DraftId::fresh(), ..message_by(1, 0, "buy") };
    let author = message.author.clone();
    let rendered = RenderedText { html: None, mentions: vec![author.user] };
    log.append(NewEvent { rendered, ..message.into() }).await.unwrap();
    let action = Action::React { message: 1, emoji: Emoji::try_from("👍".to_owned()).unwrap(), on: true };
    log.append(NewEvent::unchecked(topic(name), author, DraftId::fresh(), action)).await.unwrap();
}

/// The tables whose rows belong to a topic, beside the one of the search index.
const TABLES: [&str; 7] =
    ["event", "mention", "reaction", "search_fill", "member", "participant", "topic_mute"];

/// The number of topics that a table has rows of.
async fn topics_in(database: &Database, table: &str) -> usize {
    let select = format!("SELECT DISTINCT topic_id FROM {table}");
    let connection = database.write();
    let select = Statement::from_string(connection.get_database_backend(), select);
    connection.query_all_raw(select).await.unwrap().len()
}

async fn a_removed_topic_leaves_no_row_and_gets_another_epoch(test_database: TestDatabase) {
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, ..) = open_log_on(database.clone(), "").await;
    publish_and_react(&log, "spam").await;
    publish_and_react(&log, "tea").await;
    let spam = log.tail(&readable("spam"), 9).await.unwrap().epoch;
    let tea = log.tail(&readable("tea"), 9).await.unwrap().epoch;
    // A search brings the index up to date.
    assert_eq!(
        log.search(&everything(), &Search::parse("buy", None, None, 9).unwrap()).await.unwrap().hits.len(),
        2
    );
    drop(log);
    let user = if database.is_shared() { "gen_random_uuid()" } else { "randomblob(16)" };
    for row in [
        format!(
            "member (\"user\", topic_id, follow, read, name_key) SELECT {user}, id, 1, 0, 'ann' FROM topic"
        ),
        "search_fill (topic_id, seq, until) SELECT id, 0, 1 FROM topic".to_owned(),
        format!("participant (topic_id, \"user\", role) SELECT id, {user}, 1 FROM topic"),
        format!("topic_mute (topic_id, \"user\", until) SELECT id, {user}, 9 FROM topic"),
    ] {
        database.write().execute_unprepared(&format!("INSERT INTO {row}")).await.unwrap();
    }
    let index = if database.is_shared() { "search" } else { "search_entry" };
    let tables: Vec<&str> = TABLES.into_iter().chain([index]).collect();
    for table in &tables {
        assert_eq!(topics_in(&database, table).await, 2, "{table}");
    }

    assert!(remove_topic(&database, &topic("spam")).await.unwrap());
    assert!(!remove_topic(&database, &topic("spam")).await.unwrap(), "it is gone");
    for table in tables {
        assert_eq!(topics_in(&database, table).await, 1, "{table}");
    }
    let names = list_topics(&database).await.unwrap().into_iter().map(|summary| summary.topic);
    assert_eq!(names.collect::<Vec<_>>(), [topic("tea")]);
    if !database.is_shared() {
        let words =
            "SELECT DISTINCT e.topic_id FROM search_word AS w LEFT JOIN search_entry AS e ON e.id = w.doc";
        let words = Statement::from_string(database.read().get_database_backend(), words);
        let topics = database.read().query_all_raw(words).await.unwrap();
        let topics: Vec<Option<i64>> =
            topics.iter().map(|row| row.try_get("", "topic_id").unwrap()).collect();
        assert_eq!(topics.len(), 1, "the words are gone: {topics:?}");
        assert!(topics[0].is_some(), "every word belongs to a message");
    }

    let (log, ..) = open_log_on(database, "").await;
    let kept = log.tail(&readable("tea"), 9).await.unwrap();
    assert_eq!((kept.epoch, kept.head), (tea, 2));
    let empty = log.tail(&readable("spam"), 9).await.unwrap();
    assert_eq!(empty.head, 0);
    assert_ne!(empty.epoch, spam);
    assert_eq!(publish_from(&log, "203.0.113.1", "spam").await.map(|receipt| receipt.seq), Ok(1));
    assert_eq!(
        log.tail(&readable("spam"), 9).await.unwrap().epoch,
        empty.epoch,
        "it has the epoch that it had while it was empty"
    );
}
