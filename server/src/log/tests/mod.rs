mod changes;
mod servers;

use std::sync::{Arc, Mutex};

use app::protocol::{Author, DraftId, Event, EventKind, Name, TopicName, UserId};
use clap::Parser;
use testing::Place;
use uuid::Uuid;

use super::*;
use crate::config::{Cli, Command};

testing::for_each_database!(
    events_count_up_from_one_in_each_topic,
    what_was_said_is_read_back_to_the_byte,
    a_retry_gets_the_first_result_and_tells_nobody_again,
    a_draft_with_other_content_or_in_another_topic_is_a_conflict,
    a_draft_belongs_to_its_author,
    retries_within_one_batch_are_one_message,
    many_writers_leave_no_hole_and_everyone_is_told_in_order,
    nobody_is_told_before_a_new_reader_can_read_it,
    tails_and_pages_are_exact,
    a_page_is_cut_by_bytes_at_the_right_end_and_never_empty,
    reading_a_topic_nobody_wrote_in_makes_no_topic_and_gives_the_epoch_it_will_have,
    one_topic_too_many_is_refused_and_the_others_go_on,
    a_restart_keeps_everything_and_goes_on_counting,
    a_new_epoch_is_every_topics_and_keeps_what_was_said,
    what_is_queued_when_the_last_handle_goes_is_still_written,
    while_the_disk_is_stuck_the_queue_is_bounded_and_says_so,
);

/// A log in a database of its own, and what it told of committed events.
struct Bench {
    log: Log,
    told: Arc<Mutex<Vec<Event>>>,
    tracker: TaskTracker,
    place: Place,
}

async fn bench(place: Place) -> Bench {
    bench_with(place, "").await
}

async fn bench_with(place: Place, settings: &str) -> Bench {
    let (log, told, tracker) = log_in(&place, settings).await;
    Bench { log, told, tracker, place }
}

/// A server's log in a database, which others may use as well.
async fn log_in(place: &Place, settings: &str) -> (Log, Arc<Mutex<Vec<Event>>>, TaskTracker) {
    log_on(Database::open(place.url()).await.unwrap(), settings).await
}

async fn log_on(database: Database, settings: &str) -> (Log, Arc<Mutex<Vec<Event>>>, TaskTracker) {
    database.migrate().await.unwrap();
    let line = format!("chorus {settings}");
    let Command::Serve(settings) = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command()
    else {
        panic!("serve")
    };
    let (tracker, told) = (TaskTracker::new(), Arc::new(Mutex::new(Vec::new())));
    let tell = Arc::clone(&told);
    let committed = move |told| match told {
        Told::Event(event) => tell.lock().unwrap().push(event),
        Told::Doubt(_) => {}
    };
    let log = Log::open(database, &settings.limits, &tracker, committed).await.unwrap();
    (log, told, tracker)
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn by(user: u128, draft: u128, body: &str) -> NewMessage {
    let author =
        Author { user: UserId(Uuid::from_u128(user)), name: Name::parse("Ann").unwrap(), unverified: false };
    NewMessage {
        topic: topic("lobby"),
        author,
        draft: DraftId(Uuid::from_u128(draft)),
        body: body.to_owned(),
    }
}

fn seqs(page: &Page) -> Vec<u64> {
    page.events.iter().map(|event| event.seq).collect()
}

fn new(seq: u64) -> Result<Receipt, AppendError> {
    Ok(Receipt { seq, duplicate: false })
}

async fn events_count_up_from_one_in_each_topic(place: Place) {
    let bench = bench(place).await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
    assert_eq!(log.append(NewMessage { topic: topic("other"), ..by(1, 3, "c") }).await, new(1));
}

async fn what_was_said_is_read_back_to_the_byte(place: Place) {
    let bench = bench(place).await;
    let log = bench.log.clone();
    let message = by(1, 7, "👩‍👩‍👧‍👦 <b>\u{202e}abc\n\ttab");
    log.append(message.clone()).await.unwrap();
    let page = log.tail(&message.topic, 30).await.unwrap();
    assert_eq!(page.events[0].author, message.author);
    assert_eq!(page.events[0].kind, EventKind::message(message.draft, message.body));
}

async fn a_retry_gets_the_first_result_and_tells_nobody_again(place: Place) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
    assert_eq!(log.append(by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(told.lock().unwrap().len(), 2);
}

async fn a_draft_with_other_content_or_in_another_topic_is_a_conflict(place: Place) {
    let bench = bench(place).await;
    let log = bench.log.clone();
    log.append(by(1, 1, "a")).await.unwrap();
    assert_eq!(log.append(by(1, 1, "b")).await, Err(AppendError::Conflict));
    let elsewhere = NewMessage { topic: topic("other"), ..by(1, 1, "a") };
    assert_eq!(log.append(elsewhere).await, Err(AppendError::Conflict));
}

async fn a_draft_belongs_to_its_author(place: Place) {
    let bench = bench(place).await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(2, 1, "b")).await, new(2));
}

async fn retries_within_one_batch_are_one_message(place: Place) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(log.submit(by(1, 1, "a")).await.unwrap());
    }
    let mut fresh = 0;
    for answer in answers {
        let receipt = answer.await.unwrap().unwrap();
        assert_eq!(receipt.seq, 1);
        fresh += usize::from(!receipt.duplicate);
    }
    assert_eq!((fresh, told.lock().unwrap().len()), (1, 1));
}

async fn many_writers_leave_no_hole_and_everyone_is_told_in_order(place: Place) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    let writers = (0..8).map(|user| {
        let log = log.clone();
        tokio::spawn(async move {
            for n in 0..50 {
                log.append(by(user, n, "x")).await.unwrap();
            }
        })
    });
    futures::future::join_all(writers).await.into_iter().for_each(|done| done.unwrap());
    let told: Vec<u64> = told.lock().unwrap().iter().map(|event| event.seq).collect();
    assert_eq!(told, (1..=400).collect::<Vec<_>>());
}

async fn nobody_is_told_before_a_new_reader_can_read_it(place: Place) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    for n in 0..20 {
        let before = told.lock().unwrap().len() as u64;
        assert!(log.tail(&topic("lobby"), 1).await.unwrap().head >= before);
        log.append(by(1, n, "x")).await.unwrap();
    }
}

async fn tails_and_pages_are_exact(place: Place) {
    let bench = bench(place).await;
    let log = bench.log.clone();
    for n in 0..40 {
        log.append(by(1, n, "x")).await.unwrap();
    }
    let lobby = topic("lobby");
    assert_eq!(seqs(&log.tail(&lobby, 30).await.unwrap()), (11..=40).collect::<Vec<_>>());
    assert_eq!(seqs(&log.tail(&lobby, 100).await.unwrap()), (1..=40).collect::<Vec<_>>());
    assert_eq!(seqs(&log.tail(&lobby, 0).await.unwrap()), [0; 0]);
    assert_eq!(seqs(&log.since(&lobby, 37, 2).await.unwrap()), [38, 39]);
    let beyond = log.since(&lobby, u64::MAX, 10).await.unwrap();
    assert_eq!((seqs(&beyond), beyond.head), (vec![], 40));
}

async fn a_page_is_cut_by_bytes_at_the_right_end_and_never_empty(place: Place) {
    let bench = bench(place).await;
    for n in 0..5 {
        bench.log.append(by(1, n, &"x".repeat(100))).await.unwrap();
    }
    let page = bench.log.tail(&topic("lobby"), 30).await.unwrap();
    assert_eq!(seqs(&page.clone().first_bytes(250)), [1, 2]);
    assert_eq!(seqs(&page.clone().last_bytes(250)), [4, 5]);
    assert_eq!(seqs(&page.clone().first_bytes(1)), [1]);
    assert_eq!(seqs(&page.clone().last_bytes(1)), [5]);
    assert_eq!(seqs(&page.last_bytes(500)), [1, 2, 3, 4, 5]);
}

async fn reading_a_topic_nobody_wrote_in_makes_no_topic_and_gives_the_epoch_it_will_have(place: Place) {
    let bench = bench_with(place, "--max-topics 1").await;
    let log = bench.log.clone();
    for n in 0..100 {
        assert_eq!(log.tail(&topic(&format!("t{n}")), 30).await.unwrap().head, 0);
    }
    let before = log.tail(&topic("lobby"), 30).await.unwrap().epoch;
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.tail(&topic("lobby"), 30).await.unwrap().epoch, before);
}

async fn one_topic_too_many_is_refused_and_the_others_go_on(place: Place) {
    let bench = bench_with(place, "--max-topics 2").await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(NewMessage { topic: topic("two"), ..by(1, 2, "b") }).await, new(1));
    let three = NewMessage { topic: topic("three"), ..by(1, 3, "c") };
    assert_eq!(log.append(three).await, Err(AppendError::TooManyTopics));
    assert_eq!(log.append(by(1, 4, "d")).await, new(2));
}

async fn a_restart_keeps_everything_and_goes_on_counting(place: Place) {
    let Bench { log, tracker, place, .. } = bench(place).await;
    log.append(by(1, 1, "a")).await.unwrap();
    let before = log.tail(&topic("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    let bench = bench(place).await;
    let log = bench.log.clone();
    assert_eq!(log.tail(&topic("lobby"), 30).await.unwrap(), before);
    assert_eq!(log.append(by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
}

async fn a_new_epoch_is_every_topics_and_keeps_what_was_said(place: Place) {
    let Bench { log, tracker, place, .. } = bench(place).await;
    log.append(by(1, 1, "a")).await.unwrap();
    let before = log.tail(&topic("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    let epoch = begin_epoch(&Database::open(place.url()).await.unwrap()).await.unwrap();
    assert_ne!(epoch, before.epoch);
    let bench = bench(place).await;
    let after = bench.log.tail(&topic("lobby"), 30).await.unwrap();
    assert_eq!(after, Page { epoch: epoch.clone(), ..before });
    assert_eq!(bench.log.tail(&topic("unused"), 30).await.unwrap().epoch, epoch);
}

async fn what_is_queued_when_the_last_handle_goes_is_still_written(place: Place) {
    let Bench { log, tracker, place, .. } = bench(place).await;
    let mut answers = Vec::new();
    for n in 0..100 {
        answers.push(log.submit(by(1, n, "x")).await.unwrap());
    }
    drop(log);
    tracker.close();
    tracker.wait().await;
    let bench = bench(place).await;
    let log = bench.log.clone();
    assert_eq!(log.tail(&topic("lobby"), 1).await.unwrap().head, 100);
    for answer in answers {
        assert!(answer.await.unwrap().is_ok());
    }
}

/// Another program that keeps everybody from writing to the same database, and does not finish.
async fn hold_write_lock(url: &str) -> sea_orm::DatabaseTransaction {
    use sea_orm::{ConnectionTrait, DbBackend, TransactionTrait};
    let other = sea_orm::Database::connect(url).await.unwrap();
    let writing = other.begin().await.unwrap();
    let lock = match writing.get_database_backend() {
        DbBackend::Sqlite => "UPDATE store SET epoch = epoch",
        _ => "LOCK TABLE topic, event IN EXCLUSIVE MODE",
    };
    writing.execute_unprepared(lock).await.unwrap();
    writing
}

async fn while_the_disk_is_stuck_the_queue_is_bounded_and_says_so(place: Place) {
    let bench = bench_with(place, "--commit-queue 4 --commit-patience-ms 50").await;
    let (log, lock) = (bench.log.clone(), hold_write_lock(bench.place.url()).await);
    // One batch is with the stuck disk, four messages fill the queue; the batch's size depends on timing.
    let mut answers = Vec::new();
    let refused = loop {
        match log.submit(by(1, answers.len() as u128, "x")).await {
            Ok(answer) => answers.push(answer),
            Err(error) => break error,
        }
        assert!(answers.len() <= 16, "the queue takes everything");
    };
    assert_eq!(refused, AppendError::Unavailable);
    drop(lock);
}

#[tokio::test]
async fn a_full_database_takes_nothing_back_and_leaves_no_hole() {
    use sea_orm::ConnectionTrait;
    let place = testing::sqlite();
    let database = Database::open(place.url()).await.unwrap();
    let (log, told, _) = log_on(database.clone(), "").await;
    for round in 0..3 {
        // Never less than there are, so: not one page more. It holds for this connection alone, and ends with it.
        database.write().execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        let (begin, long) = (told.lock().unwrap().len() as u128, "x".repeat(10_000));
        let mut stored = begin;
        while log.append(by(1, stored, &long)).await.is_ok() {
            stored += 1;
            assert!(stored < begin + 100, "it is never full");
        }
        assert_eq!(told.lock().unwrap().len() as u128, stored);
        assert_eq!(log.append(by(1, stored, &long)).await, new(stored as u64 + 1), "round {round}");
        let all = log.since(&topic("lobby"), 0, 1_000).await.unwrap();
        assert_eq!(seqs(&all), (1..=stored as u64 + 1).collect::<Vec<_>>());
    }
}
