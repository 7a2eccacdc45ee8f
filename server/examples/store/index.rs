//! How far the index of words is behind what was published, and what that costs those who publish.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use app::protocol::{Author, DraftId, Name, UserId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use server::event_log::{Log, NewMessage, Search};
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use crate::{opened::Opened, resource_usage::ResourceUsage};

const PUBLISHERS: u64 = 100;
const LOOK: Duration = Duration::from_millis(20);
const BODY: &str = "the quick brown fox jumps over a lazy dog, and once more over it, number";

/// Publishes `messages` at `per_second` (0: as fast as they are stored).
pub(crate) fn run(messages: u64, per_second: u64) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("store.db");
        let opened = Opened::open(&file).await;
        let looking = looking(&file).await;
        let (began, usage) = (Instant::now(), ResourceUsage::now());
        let mut latencies = publish(&opened.log, messages, per_second).await;
        let (published, behind) = (began.elapsed(), behind(&looking).await);
        let asked = Instant::now();
        let search = Search::parse("number", None, None, 30).expect("a query");
        let found = opened.log.search(&search).await.expect("an answer");
        let searched = asked.elapsed();
        let waiting = Instant::now();
        while behind_any(&looking).await {
            sleep(LOOK).await;
        }
        let (caught_up, spent) = (waiting.elapsed(), usage.since());
        opened.close().await;
        latencies.sort_unstable();
        let at = |share: usize| latencies[(latencies.len() - 1) * share / 1_000];
        println!(
            "{messages} messages in {published:.1?}: {:.0} a second",
            messages as f64 / published.as_secs_f64()
        );
        println!("publish: p50 {:.1?}, p99 {:.1?}, p99.9 {:.1?}", at(500), at(990), at(999));
        println!("behind at the end: {behind}; a search took {searched:.1?}, complete: {}", found.complete);
        println!(
            "caught up {caught_up:.1?} later; CPU {:.1} us a message",
            spent.cpu.as_secs_f64() * 1e6 / messages as f64
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
        let began = Instant::now();
        log.append(message).await.expect("a place");
        latencies.push(began.elapsed());
    }
    latencies
}

async fn looking(file: &Path) -> DatabaseConnection {
    sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.expect("a database")
}

async fn behind(connection: &DatabaseConnection) -> i64 {
    let sum = "SELECT coalesce(sum(head - indexed), 0) AS behind FROM topic";
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, sum)).await.expect("rows");
    row.expect("a row").try_get("", "behind").expect("a number")
}

async fn behind_any(connection: &DatabaseConnection) -> bool {
    behind(connection).await > 0
}
