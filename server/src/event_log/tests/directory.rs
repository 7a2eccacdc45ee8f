//! Which topics there are, what they are about, and how they are found.

use app::protocol::{About, AboutFields};
use tokio_util::sync::CancellationToken;

use super::*;

testing::for_each_database!(
    a_topic_is_made_once_and_described_by_events_of_its_log,
    a_change_of_one_part_leaves_the_other,
    topics_come_by_their_last_event_a_page_at_a_time,
    pages_repeat_and_lose_no_topic_while_others_are_used,
    topics_are_found_by_words_without_case_and_accents,
    topics_that_were_folded_otherwise_are_found_after_a_start,
    what_like_takes_for_more_finds_only_itself,
    events_are_read_at_their_places,
);

fn about(title: &str, description: &str) -> About {
    About::parse(title, description).unwrap()
}

fn says(name: &str, draft: u128, about: About, new: bool) -> NewEvent {
    let event: NewEvent = by(1, draft, "").into();
    NewEvent { topic: topic(name), action: Action::Describe { about, new, part: AboutFields::Both }, ..event }
}

async fn found(log: &Log, query: &str) -> Vec<String> {
    let (topics, _) = log.topics(query, 0, 10).await.unwrap();
    topics.iter().map(|summary| summary.topic.to_string()).collect()
}

async fn a_topic_is_made_once_and_described_by_events_of_its_log(place: TestDatabase) {
    let bench = bench_with(place, "--max-topics 1").await;
    let log = &bench.log;
    let tea = about("Tea", "All of it.");
    let lost = log.append(says("tea", 1, tea.clone(), false)).await;
    assert_eq!(lost, Err(AppendError::NotFound), "nobody has begun it");
    assert_eq!(log.append(says("tea", 2, tea.clone(), true)).await, new(1));
    assert_eq!(log.append(says("tea", 2, tea, true)).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(log.append(says("tea", 2, about("Te", ""), true)).await, Err(AppendError::Conflict));
    assert_eq!(log.append(says("tea", 3, about("Tea", ""), true)).await, Err(AppendError::Exists));
    assert_eq!(log.append(says("two", 4, about("", ""), true)).await, Err(AppendError::TooManyTopics));
    assert_eq!(log.append(says("tea", 5, about("Tea & cake", ""), false)).await, new(2));

    let summary = log.summary(&topic("tea")).await.unwrap().unwrap();
    assert_eq!((summary.about, summary.head, summary.messages), (about("Tea & cake", ""), 2, 0));
    assert_eq!(log.summary(&topic("two")).await.unwrap(), None);
    let events = log.since(&topic("tea"), 0, 10).await.unwrap().events;
    let titles = events.iter().map(|event| match &event.kind {
        EventKind::About { about, .. } => about.title(),
        other => panic!("{other:?}"),
    });
    assert_eq!(titles.collect::<Vec<_>>(), ["Tea", "Tea & cake"]);
}

async fn a_change_of_one_part_leaves_the_other(place: TestDatabase) {
    let bench = bench(place).await;
    let log = &bench.log;
    let changes = |draft, about: About, part| {
        let event = says("tea", draft, about.clone(), false);
        NewEvent { action: Action::Describe { about, new: false, part }, ..event }
    };
    log.append(says("tea", 1, about("Tea", "Green"), true)).await.unwrap();
    assert_eq!(log.tail(&topic("tea"), 1).await.unwrap().about.as_ref(), &about("Tea", "Green"));
    // Both in one batch: neither undoes the other.
    let title = log.submit(changes(2, about("Coffee", ""), AboutFields::Title)).await.unwrap();
    let description = log.submit(changes(3, about("", "Black"), AboutFields::Description)).await.unwrap();
    assert_eq!((title.await, description.await), (new(2), new(3)));
    assert_eq!(log.tail(&topic("tea"), 1).await.unwrap().about.as_ref(), &about("Coffee", "Black"));
    let stored = log.summary(&topic("tea")).await.unwrap().unwrap();
    assert_eq!(stored.about, about("Coffee", "Black"));
    let again = log.append(changes(2, about("Coffee", ""), AboutFields::Title)).await;
    assert_eq!(again, Ok(Receipt { seq: 2, duplicate: true }));
    let other = log.append(changes(2, about("Coffee", ""), AboutFields::Both)).await;
    assert_eq!(other, Err(AppendError::Conflict));
}

async fn topics_come_by_their_last_event_a_page_at_a_time(place: TestDatabase) {
    let bench = bench(place).await;
    let log = &bench.log;
    for (draft, name) in [(1, "a"), (2, "b"), (3, "c"), (4, "a")] {
        log.append(NewMessage { topic: topic(name), ..by(1, draft, "hi") }).await.unwrap();
        // The order is that of the clock.
        let head = crate::clock::now();
        while crate::clock::now() == head {
            tokio::task::yield_now().await;
        }
    }
    let (topics, more) = log.topics("", 0, 2).await.unwrap();
    let told = |topics: &[TopicSummary]| {
        topics.iter().map(|t| (t.topic.to_string(), t.messages)).collect::<Vec<_>>()
    };
    assert_eq!((told(&topics), more), (vec![("a".into(), 2), ("c".into(), 1)], true));
    let (topics, more) = log.topics("", 2, 2).await.unwrap();
    assert_eq!((told(&topics), more), (vec![("b".into(), 1)], false));
    assert_eq!(log.topics("", u64::MAX, 2).await.unwrap(), (vec![], false));
}

async fn pages_repeat_and_lose_no_topic_while_others_are_used(place: TestDatabase) {
    let bench = bench(place).await;
    let log = &bench.log;
    let names = ["a", "a-b", "ab", "b", "c9", "c10"];
    for (draft, name) in (1..).zip(names) {
        log.append(NewMessage { topic: topic(name), ..by(1, draft, "hi") }).await.unwrap();
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let page = log.topics_page("", cursor, 2).await.unwrap();
        seen.extend(page.topics.iter().map(|summary| summary.topic.to_string()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        // All are used between two pages, the last ones first.
        for (draft, name) in (seen.len() as u128 * 100..).zip(names.iter().rev()) {
            log.append(NewMessage { topic: topic(name), ..by(1, draft, "hi") }).await.unwrap();
        }
    }
    seen.sort_unstable();
    let mut all = names.map(str::to_owned);
    all.sort_unstable();
    assert_eq!(seen, all);
}

async fn topics_are_found_by_words_without_case_and_accents(place: TestDatabase) {
    let bench = bench(place).await;
    let log = &bench.log;
    log.append(says("paris", 1, about("Café Crème", "Où l’on boit."), true)).await.unwrap();
    log.append(says("kitab", 2, about("كِتَاب", ""), true)).await.unwrap();
    for (query, names) in [
        ("cafe", &["paris"][..]),
        ("CRÈME  café", &["paris"]),
        ("boit par", &["paris"]),
        ("cafe tea", &[]),
        ("كتاب", &["kitab"]),
        ("caf\0e", &["paris"]),
        (" ", &["kitab", "paris"]),
    ] {
        let mut found = found(log, query).await;
        found.sort();
        assert_eq!(found, names, "{query:?}");
    }
    log.append(says("paris", 3, about("Thé", ""), false)).await.unwrap();
    assert_eq!(found(log, "cafe").await, [""; 0], "it says something else by now");
    assert_eq!(found(log, "the").await, ["paris"]);
}

async fn topics_that_were_folded_otherwise_are_found_after_a_start(place: TestDatabase) {
    use sea_orm::ConnectionTrait;
    let bench = bench(place).await;
    bench.log.append(says("street", 1, about("Straße", "हिन्दी"), true)).await.unwrap();
    bench.log.append(by(1, 2, "hi")).await.unwrap();
    let database = Database::open(bench.place.url()).await.unwrap();
    database.write().execute_unprepared("UPDATE topic SET folded = 'what once was'").await.unwrap();
    assert_eq!(found(&bench.log, "strasse").await, [""; 0]);
    let (again, ..) = log_in(&bench.place, "").await;
    again.backfill_index(CancellationToken::new()).await;
    for (query, name) in
        [("STRASSE", "street"), ("straße", "street"), ("हिन्दी", "street"), ("lobby", "lobby")]
    {
        assert_eq!(found(&again, query).await, [name], "{query}");
    }
    assert_eq!(found(&again, "once").await, [""; 0]);
}

async fn what_like_takes_for_more_finds_only_itself(place: TestDatabase) {
    let bench = bench(place).await;
    let log = &bench.log;
    for (draft, name, title) in
        [(1, "a", "100 % cotton"), (2, "b", "100 people"), (3, "c_d", "!"), (4, "cxd", "")]
    {
        log.append(says(name, draft, about(title, ""), true)).await.unwrap();
    }
    for (query, names) in [("%", &["a"][..]), ("c_d", &["c_d"]), ("!", &["c_d"]), ("\\", &[]), ("'", &[])] {
        assert_eq!(found(log, query).await, names, "{query:?}");
    }
    let long = format!("{} {}", "100 ".repeat(60), "nowhere");
    assert_eq!(found(log, &long).await.len(), 2, "what is beyond 200 characters does not count");
}

async fn events_are_read_at_their_places(place: TestDatabase) {
    let bench = bench(place).await;
    let log = &bench.log;
    for draft in 1..=4 {
        log.append(by(1, draft, &format!("no. {draft}"))).await.unwrap();
    }
    let events = log.at(&topic("lobby"), &[4, 2, 9, u64::MAX]).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(log.at(&topic("nowhere"), &[1]).await.unwrap(), []);
}
