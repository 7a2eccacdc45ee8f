use std::sync::{Arc, Mutex};

use app::protocol::{Author, DraftId, Event, EventKind, Name, TopicName, UserId};
use clap::Parser;
use uuid::Uuid;

use super::*;
use crate::config::{Cli, Command};

/// A log on a file of its own, and what it told of committed events.
struct Bench {
    log: Log,
    told: Arc<Mutex<Vec<Event>>>,
    tracker: TaskTracker,
    url: String,
    /// Gone with the bench, and the file with it.
    folder: tempfile::TempDir,
}

async fn bench() -> Bench {
    bench_with("").await
}

async fn bench_with(settings: &str) -> Bench {
    bench_in(tempfile::tempdir().unwrap(), settings).await
}

async fn bench_in(folder: tempfile::TempDir, settings: &str) -> Bench {
    let url = format!("sqlite://{}/test.db", folder.path().display());
    let database = Database::open(&url).await.unwrap();
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
    Bench { log, told, tracker, url, folder }
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

#[tokio::test]
async fn events_count_up_from_one_in_each_topic() {
    let bench = bench().await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
    assert_eq!(log.append(NewMessage { topic: topic("other"), ..by(1, 3, "c") }).await, new(1));
}

#[tokio::test]
async fn what_was_said_is_read_back_to_the_byte() {
    let bench = bench().await;
    let log = bench.log.clone();
    let message = by(1, 7, "👩‍👩‍👧‍👦 <b>\u{202e}abc\n\ttab");
    log.append(message.clone()).await.unwrap();
    let page = log.tail(&message.topic, 30).await.unwrap();
    assert_eq!(page.events[0].author, message.author);
    assert_eq!(page.events[0].kind, EventKind::message(message.draft, message.body));
}

#[tokio::test]
async fn a_retry_gets_the_first_result_and_tells_nobody_again() {
    let bench = bench().await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
    assert_eq!(log.append(by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(told.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_draft_with_other_content_or_in_another_topic_is_a_conflict() {
    let bench = bench().await;
    let log = bench.log.clone();
    log.append(by(1, 1, "a")).await.unwrap();
    assert_eq!(log.append(by(1, 1, "b")).await, Err(AppendError::Conflict));
    let elsewhere = NewMessage { topic: topic("other"), ..by(1, 1, "a") };
    assert_eq!(log.append(elsewhere).await, Err(AppendError::Conflict));
}

#[tokio::test]
async fn a_draft_belongs_to_its_author() {
    let bench = bench().await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(2, 1, "b")).await, new(2));
}

#[tokio::test]
async fn retries_within_one_batch_are_one_message() {
    let bench = bench().await;
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

#[tokio::test]
async fn many_writers_leave_no_hole_and_everyone_is_told_in_order() {
    let bench = bench().await;
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

#[tokio::test]
async fn nobody_is_told_before_a_new_reader_can_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench_in(folder, "").await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    for n in 0..20 {
        let before = told.lock().unwrap().len() as u64;
        assert!(log.tail(&topic("lobby"), 1).await.unwrap().head >= before);
        log.append(by(1, n, "x")).await.unwrap();
    }
}

#[tokio::test]
async fn tails_and_pages_are_exact() {
    let bench = bench().await;
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

#[tokio::test]
async fn a_page_is_cut_by_bytes_at_the_right_end_and_never_empty() {
    let bench = bench().await;
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

#[tokio::test]
async fn reading_a_topic_nobody_wrote_in_makes_no_topic_and_gives_the_epoch_it_will_have() {
    let bench = bench_with("--max-topics 1").await;
    let log = bench.log.clone();
    for n in 0..100 {
        assert_eq!(log.tail(&topic(&format!("t{n}")), 30).await.unwrap().head, 0);
    }
    let before = log.tail(&topic("lobby"), 30).await.unwrap().epoch;
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.tail(&topic("lobby"), 30).await.unwrap().epoch, before);
}

#[tokio::test]
async fn one_topic_too_many_is_refused_and_the_others_go_on() {
    let bench = bench_with("--max-topics 2").await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(NewMessage { topic: topic("two"), ..by(1, 2, "b") }).await, new(1));
    let three = NewMessage { topic: topic("three"), ..by(1, 3, "c") };
    assert_eq!(log.append(three).await, Err(AppendError::TooManyTopics));
    assert_eq!(log.append(by(1, 4, "d")).await, new(2));
}

#[tokio::test]
async fn a_restart_keeps_everything_and_goes_on_counting() {
    let Bench { log, tracker, folder, .. } = bench().await;
    log.append(by(1, 1, "a")).await.unwrap();
    let before = log.tail(&topic("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    let bench = bench_in(folder, "").await;
    let log = bench.log.clone();
    assert_eq!(log.tail(&topic("lobby"), 30).await.unwrap(), before);
    assert_eq!(log.append(by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
}

#[tokio::test]
async fn a_new_epoch_is_every_topics_and_keeps_what_was_said() {
    let bench = bench().await;
    bench.log.append(by(1, 1, "a")).await.unwrap();
    let Bench { log, tracker, folder, url, .. } = bench;
    let before = log.tail(&topic("lobby"), 30).await.unwrap();
    drop(log);
    tracker.close();
    tracker.wait().await;
    let epoch = begin_epoch(&Database::open(&url).await.unwrap()).await.unwrap();
    assert_ne!(epoch, before.epoch);
    let bench = bench_in(folder, "").await;
    let after = bench.log.tail(&topic("lobby"), 30).await.unwrap();
    assert_eq!(after, Page { epoch: epoch.clone(), ..before });
    assert_eq!(bench.log.tail(&topic("unused"), 30).await.unwrap().epoch, epoch);
}

#[tokio::test]
async fn what_is_queued_when_the_last_handle_goes_is_still_written() {
    let Bench { log, tracker, folder, .. } = bench().await;
    let mut answers = Vec::new();
    for n in 0..100 {
        answers.push(log.submit(by(1, n, "x")).await.unwrap());
    }
    drop(log);
    tracker.close();
    tracker.wait().await;
    let bench = bench_in(folder, "").await;
    let log = bench.log.clone();
    assert_eq!(log.tail(&topic("lobby"), 1).await.unwrap().head, 100);
    for answer in answers {
        assert!(answer.await.unwrap().is_ok());
    }
}

/// Another program that writes to the same file and does not finish.
async fn hold_write_lock(url: &str) -> sea_orm::DatabaseTransaction {
    use sea_orm::{ConnectionTrait, TransactionTrait};
    let other = sea_orm::Database::connect(url).await.unwrap();
    let writing = other.begin().await.unwrap();
    writing.execute_unprepared("UPDATE store SET epoch = epoch").await.unwrap();
    writing
}

#[tokio::test]
async fn while_the_disk_is_stuck_the_queue_is_bounded_and_says_so() {
    let bench = bench_with("--commit-queue 4 --commit-patience-ms 50").await;
    let (log, lock) = (bench.log.clone(), hold_write_lock(&bench.url).await);
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
