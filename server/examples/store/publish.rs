//! Measures publishers that each send the next message once the last one is on disk.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use app::protocol::{Author, DraftId, Name, UserId};
use server::event_log::{Log, NewMessage};
use uuid::Uuid;

use crate::{open_log::OpenLog, resource_usage::ResourceUsage};

/// The numbers of concurrent publishers that are measured.
const PUBLISHER_COUNTS: [u64; 5] = [1, 10, 32, 80, 100];
const BODY_BYTES: usize = 128;
const WARM_UP: Duration = Duration::from_millis(500);

pub(crate) fn run(duration: Duration, only: Option<u64>) {
    let counts = only.map_or(PUBLISHER_COUNTS.to_vec(), |only| vec![only]);
    println!("| drafts | publishers | messages/s | CPU µs/message | bytes written/message |");
    println!("|---|---|---|---|---|");
    for (name, draft) in [("random", Uuid::new_v4 as fn() -> Uuid), ("by time", Uuid::now_v7)] {
        for publishers in counts.iter().copied() {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            let row = runtime.block_on(measure(publishers, draft, duration));
            println!("| {name} | {publishers} | {row} |");
        }
    }
}

/// Returns the cells of one table row.
async fn measure(publishers: u64, draft: fn() -> Uuid, duration: Duration) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = OpenLog::open(&folder.path().join("store.db")).await;
    let count = Arc::<AtomicU64>::default();
    let done = Arc::<AtomicBool>::default();
    let publish = |user| {
        tokio::spawn(publisher(opened.log.clone(), user, draft, Arc::clone(&count), Arc::clone(&done)))
    };
    let publishing: Vec<_> = (1..=publishers).map(publish).collect();
    tokio::time::sleep(WARM_UP).await;
    let count_before = count.load(Ordering::Relaxed);
    let started = Instant::now();
    let usage_before = ResourceUsage::now();
    tokio::time::sleep(duration).await;
    let messages = (count.load(Ordering::Relaxed) - count_before) as f64;
    let elapsed = started.elapsed();
    let usage = usage_before.since();
    done.store(true, Ordering::Relaxed);
    futures::future::join_all(publishing).await;
    opened.close().await;
    format!(
        "{:.0} | {:.1} | {:.0}",
        messages / elapsed.as_secs_f64(),
        usage.cpu.as_secs_f64() * 1e6 / messages,
        usage.written as f64 / messages
    )
}

async fn publisher(log: Log, user: u64, draft: fn() -> Uuid, count: Arc<AtomicU64>, done: Arc<AtomicBool>) {
    let name = Name::parse(&format!("Publisher {user}")).expect("a name");
    let author = Author { user: UserId(Uuid::from_u128(user.into())), name, unverified: false };
    let body: String =
        "the quick brown fox jumps over a lazy dog ".chars().cycle().take(BODY_BYTES).collect();
    while !done.load(Ordering::Relaxed) {
        let message = NewMessage {
            topic: "lobby".parse().expect("a topic"),
            author: author.clone(),
            draft: DraftId(draft()),
            body: body.clone(),
        };
        log.append(message).await.expect("a receipt");
        count.fetch_add(1, Ordering::Relaxed);
    }
}
