//! The directory: listing, describing and finding topics.

use app::protocol::{About, AboutChange, AboutFields};
use tokio_util::sync::CancellationToken;

use super::*;

testing::for_each_database!(
    a_topic_is_created_once_and_described_by_events_of_its_log,
    a_change_of_the_title_leaves_the_description,
    topics_are_listed_by_their_last_event_page_by_page,
    pages_repeat_and_lose_no_topic_while_topics_are_in_use,
    topics_are_found_by_words_without_case_and_accents,
    topics_that_an_older_version_folded_differently_are_found_after_a_start,
    wildcards_of_like_match_only_themselves,
    events_are_read_by_their_seq,
    the_newest_message_of_a_topic_is_one_that_is_not_deleted,
    the_most_recently_used_of_some_topics_are_listed,
);

fn about(title: &str, description: &str) -> About {
    About::parse(title, description).unwrap()
}

fn describe(name: &str, draft: u128, about: About, new: bool) -> NewEvent {
    let event: NewEvent = message_by(1, draft, "").into();
    NewEvent { topic: topic(name), action: Action::Describe { change: about.into(), new }, ..event }
}

async fn found(log: &Log, query: &str) -> Vec<String> {
    let (topics, _) = log.topics(&everything(), query, 0, 10).await.unwrap();
    topics.iter().map(|summary| summary.topic.to_string()).collect()
}

async fn a_topic_is_created_once_and_described_by_events_of_its_log(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--max-topics 1").await;
    let log = &fixture.log;
    let tea = about("Tea", "All of it.");
    let lost = log.append(describe("tea", 1, tea.clone(), false)).await;
    assert_eq!(lost, Err(AppendError::NotFound), "the topic does not exist");
    assert_eq!(log.append(describe("tea", 2, tea.clone(), true)).await, stored(1));
    assert_eq!(log.append(describe("tea", 2, tea, true)).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(log.append(describe("tea", 2, about("Te", ""), true)).await, Err(AppendError::Conflict));
    assert_eq!(log.append(describe("tea", 3, about("Tea", ""), true)).await, Err(AppendError::Exists));
    assert_eq!(log.append(describe("two", 4, about("", ""), true)).await, Err(AppendError::TooManyTopics));
    assert_eq!(log.append(describe("tea", 5, about("Tea & cake", ""), false)).await, stored(2));

    let summary = log.summary(&readable("tea")).await.unwrap().unwrap();
    assert_eq!((summary.about, summary.head, summary.messages), (about("Tea & cake", ""), 2, 0));
    assert_eq!(log.summary(&readable("two")).await.unwrap(), None);
    let events = log.since(&readable("tea"), 0, 10).await.unwrap().events;
    let titles = events.iter().map(|event| match &event.kind {
        EventKind::About { about, .. } => about.title(),
        other => panic!("{other:?}"),
    });
    assert_eq!(titles.collect::<Vec<_>>(), ["Tea", "Tea & cake"]);
}

async fn a_change_of_the_title_leaves_the_description(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let changes = |draft, about: About, part| {
        let event = describe("tea", draft, about.clone(), false);
        NewEvent { action: Action::Describe { change: AboutChange { about, part }, new: false }, ..event }
    };
    log.append(describe("tea", 1, about("Tea", "Green"), true)).await.unwrap();
    assert_eq!(log.tail(&readable("tea"), 1).await.unwrap().about.as_ref(), &about("Tea", "Green"));
    // Both in one batch: neither undoes the other.
    let title = log.submit(changes(2, about("Coffee", ""), AboutFields::Title)).await.unwrap();
    let description = log.submit(changes(3, about("", "Black"), AboutFields::Description)).await.unwrap();
    assert_eq!((title.await, description.await), (stored(2), stored(3)));
    assert_eq!(log.tail(&readable("tea"), 1).await.unwrap().about.as_ref(), &about("Coffee", "Black"));
    let stored = log.summary(&readable("tea")).await.unwrap().unwrap();
    assert_eq!(stored.about, about("Coffee", "Black"));
    let again = log.append(changes(2, about("Coffee", ""), AboutFields::Title)).await;
    assert_eq!(again, Ok(Receipt { seq: 2, duplicate: true }));
    let other = log.append(changes(2, about("Coffee", ""), AboutFields::Both)).await;
    assert_eq!(other, Err(AppendError::Conflict));
}

async fn topics_are_listed_by_their_last_event_page_by_page(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    for (draft, name) in [(1, "a"), (2, "b"), (3, "c"), (4, "a")] {
        log.append(NewMessage { topic: topic(name), ..message_by(1, draft, "hi") }).await.unwrap();
        // Topics are ordered by the clock, so it must advance.
        let head = crate::clock::now();
        while crate::clock::now() == head {
            tokio::task::yield_now().await;
        }
    }
    let (topics, more) = log.topics(&everything(), "", 0, 2).await.unwrap();
    let notified = |topics: &[TopicSummary]| {
        topics.iter().map(|t| (t.topic.to_string(), t.messages)).collect::<Vec<_>>()
    };
    assert_eq!((notified(&topics), more), (vec![("a".into(), 2), ("c".into(), 1)], true));
    let (topics, more) = log.topics(&everything(), "", 2, 2).await.unwrap();
    assert_eq!((notified(&topics), more), (vec![("b".into(), 1)], false));
    assert_eq!(log.topics(&everything(), "", u64::MAX, 2).await.unwrap(), (vec![], false));
}

async fn pages_repeat_and_lose_no_topic_while_topics_are_in_use(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let names = ["a", "a-b", "ab", "b", "c9", "c10"];
    for (draft, name) in (1..).zip(names) {
        log.append(NewMessage { topic: topic(name), ..message_by(1, draft, "hi") }).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = log.topics_page(&everything(), "", cursor, 2).await.unwrap();
        seen.extend(page.topics.iter().map(|summary| summary.topic.to_string()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        // All topics are used between two pages, in the reverse order.
        for (draft, name) in (seen.len() as u128 * 100..).zip(names.iter().rev()) {
            log.append(NewMessage { topic: topic(name), ..message_by(1, draft, "hi") }).await.unwrap();
        }
    }
    seen.sort_unstable();
    let mut all = names.map(str::to_owned);
    all.sort_unstable();
    assert_eq!(seen, all);
}

async fn topics_are_found_by_words_without_case_and_accents(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(describe("paris", 1, about("Café Crème", "Où l’on boit."), true)).await.unwrap();
    log.append(describe("kitab", 2, about("كِتَاب", ""), true)).await.unwrap();
    for (query, names) in [
        ("cafe", &["paris"][..]),
        ("CRÈME  café", &["paris"]),
        ("boit par", &["paris"]),
        ("cafe tea", &[]),
        ("كتاب", &["kitab"]),
        ("\u{6a9}تاب", &["kitab"]),
        ("caf\0e", &["paris"]),
        (" ", &["kitab", "paris"]),
        ("#paris", &["paris"]),
        ("paris/", &["paris"]),
        ("https://chat.example/t/paris?before=3", &["paris"]),
        ("#", &["kitab", "paris"]),
    ] {
        let mut found = found(log, query).await;
        found.sort();
        assert_eq!(found, names, "{query:?}");
    }
    log.append(describe("paris", 3, about("Thé", ""), false)).await.unwrap();
    assert_eq!(found(log, "cafe").await, [""; 0], "the title is another by now");
    assert_eq!(found(log, "the").await, ["paris"]);
}

async fn topics_that_an_older_version_folded_differently_are_found_after_a_start(
    test_database: TestDatabase,
) {
    use sea_orm::ConnectionTrait;
    let fixture = fixture(test_database).await;
    fixture.log.append(describe("street", 1, about("Straße", "हिन्दी"), true)).await.unwrap();
    fixture.log.append(message_by(1, 2, "hi")).await.unwrap();
    let database = Database::open(fixture.test_database.url()).await.unwrap();
    database.write().execute_unprepared("UPDATE topic SET folded = 'what once was'").await.unwrap();
    assert_eq!(found(&fixture.log, "strasse").await, [""; 0]);
    let (again, ..) = open_log(&fixture.test_database, "").await;
    again.backfill_index(CancellationToken::new()).await;
    for (query, name) in
        [("STRASSE", "street"), ("straße", "street"), ("हिन्दी", "street"), ("lobby", "lobby")]
    {
        assert_eq!(found(&again, query).await, [name], "{query}");
    }
    assert_eq!(found(&again, "once").await, [""; 0]);
}

async fn wildcards_of_like_match_only_themselves(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    for (draft, name, title) in
        [(1, "a", "100 % cotton"), (2, "b", "100 people"), (3, "c_d", "!"), (4, "cxd", "")]
    {
        log.append(describe(name, draft, about(title, ""), true)).await.unwrap();
    }
    for (query, names) in [("%", &["a"][..]), ("c_d", &["c_d"]), ("!", &["c_d"]), ("\\", &[]), ("'", &[])] {
        assert_eq!(found(log, query).await, names, "{query:?}");
    }
    let long = format!("{} {}", "100 ".repeat(60), "nowhere");
    assert_eq!(found(log, &long).await.len(), 2, "words beyond 200 characters do not count");
}

async fn events_are_read_by_their_seq(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    for draft in 1..=4 {
        log.append(message_by(1, draft, &format!("no. {draft}"))).await.unwrap();
    }
    let events = log.at(&readable("lobby"), &[4, 2, 9, u64::MAX]).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(log.at(&readable("nowhere"), &[1]).await.unwrap(), []);
}

async fn the_newest_message_of_a_topic_is_one_that_is_not_deleted(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let publish = async |name: &str, draft: u128, body: &str| {
        log.append(NewMessage { topic: topic(name), ..message_by(1, draft, body) }).await.unwrap();
    };
    publish("a", 1, "older").await;
    publish("a", 2, "newer").await;
    publish("b", 3, "other").await;
    log.append(describe("c", 4, about("Nothing yet", ""), true)).await.unwrap();
    let newest = async || {
        let names = ["a", "b", "c", "nowhere"].map(topic);
        let mut events = log.newest_messages(&everything(), &names).await.unwrap();
        events.sort_by_key(|event| event.topic.to_string());
        events.iter().map(|event| (event.topic.to_string(), event.seq)).collect::<Vec<_>>()
    };
    assert_eq!(newest().await, [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    let event: NewEvent = message_by(1, 5, "").into();
    let action = Action::Delete { message: 2, revision: 2 };
    log.append(NewEvent { topic: topic("a"), action, ..event }).await.unwrap();
    assert_eq!(newest().await, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    assert_eq!(log.newest_messages(&everything(), &[]).await.unwrap(), []);
}

async fn the_most_recently_used_of_some_topics_are_listed(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    for (draft, name) in [(1, "a"), (2, "b"), (3, "c")] {
        log.append(NewMessage { topic: topic(name), ..message_by(1, draft, "hi") }).await.unwrap();
    }
    let names = ["a", "c", "nowhere"].map(topic);
    let listed = async |limit| {
        let topics = log.topics_in(&everything(), &names, limit).await.unwrap();
        topics.iter().map(|summary| summary.topic.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (listed(10).await, listed(1).await),
        (vec!["c".to_owned(), "a".to_owned()], vec!["c".to_owned()])
    );
}
