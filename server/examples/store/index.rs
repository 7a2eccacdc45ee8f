//! Measures how far the search index is behind the published messages, and what indexing costs publishers.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use app::protocol::{Author, DraftId, Name, UserId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use server::{
    event_log::{Log, NewMessage, Search},
    rights::ReadScope,
};
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use crate::{open_log::OpenLog, resource_usage::ResourceUsage};

const PUBLISHERS: u64 = 100;
const POLL_INTERVAL: Duration = Duration::from_millis(20);
const BODY: &str = "the quick brown fox jumps over a lazy dog, and once more over it, number";

/// Publishes `messages` at `per_second` (0: as fast as they are stored) and prints the result.
pub(crate) fn run(messages: u64, per_second: u64) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("store.db");
        let opened = OpenLog::open(&file).await;
        let connection = connect(&file).await;
        let started = Instant::now();
        let usage_before = ResourceUsage::now();
        let mut latencies = publish(&opened.log, messages, per_second).await;
        let published = started.elapsed();
        let backlog = unindexed_events(&connection).await;
        let search_started = Instant::now();
        let search = Search::parse("number", None, None, 30).expect("a query");
        let found = opened.log.search(&ReadScope::unchecked(), &search).await.expect("an answer");
        let searched = search_started.elapsed();
        let catch_up_started = Instant::now();
        while unindexed_events(&connection).await > 0 {
            sleep(POLL_INTERVAL).await;
        }
        let caught_up = catch_up_started.elapsed();
        let usage = usage_before.since();
        opened.close().await;
        latencies.sort_unstable();
        let at = |share: usize| latencies[(latencies.len() - 1) * share / 1_000];
        println!(
            "{messages} messages in {published:.1?}: {:.0} a second",
            messages as f64 / published.as_secs_f64()
        );
        println!("publish: p50 {:.1?}, p99 {:.1?}, p99.9 {:.1?}", at(500), at(990), at(999));
        println!("behind at the end: {backlog}; a search took {searched:.1?}, complete: {}", found.complete);
        println!(
            "caught up {caught_up:.1?} later; CPU {:.1} us a message",
            usage.cpu.as_secs_f64() * 1e6 / messages as f64
        );
    });
}

async fn publish(log: &Log, messages: u64, per_second: u64) -> Vec<Duration> {
    let publisher = |user: u64| tokio::spawn(publisher(log.clone(), user, messages / PUBLISHERS, per_second));
    let all = futures::future::join_all((1..=PUBLISHERS).map(publisher)).await;
    all.into_iter().flat_map(|latencies| latencies.expect("no panic")).collect()
}

async fn publisher(log: Log, user: u64, messages: u64, per_second: u64) -> Vec<Duration> {
    let name = Name::parse(&format!("Publisher {user}")).expect("a name");
    let author = Author { user: UserId(Uuid::from_u128(user.into())), name, unverified: false };
    let mut ticks = (per_second > 0).then(|| {
        let mut ticks = interval(Duration::from_secs_f64(PUBLISHERS as f64 / per_second as f64));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        ticks
    });
    let mut latencies = Vec::with_capacity(messages as usize);
    for n in 0..messages {
        if let Some(ticks) = &mut ticks {
            ticks.tick().await;
        }
        let message = NewMessage {
            topic: format!("t{}", user % 10).parse().expect("a topic"),
            author: author.clone(),
            draft: DraftId(Uuid::now_v7()),
            body: format!("{BODY} {n}"),
        };
        let started = Instant::now();
        log.append(message).await.expect("a receipt");
        latencies.push(started.elapsed());
    }
    latencies
}

async fn connect(file: &Path) -> DatabaseConnection {
    sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.expect("a database")
}

async fn unindexed_events(connection: &DatabaseConnection) -> i64 {
    let sum = "SELECT coalesce(sum(head - indexed), 0) AS events FROM topic";
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, sum)).await.expect("rows");
    row.expect("a row").try_get("", "events").expect("a number")
}
