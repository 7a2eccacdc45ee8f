//! Background indexing while the server serves: the backfill of rows that an older version left without index entries or
//! folded differently, and SQLite's deferred index of new messages.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use sea_orm::DbErr;

use super::{Log, store::Store};

/// The time between two checks for messages that are not indexed yet.
const DEFERRED_INDEX_INTERVAL: Duration = Duration::from_secs(1);
/// The time after which a failed chunk is tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);
/// The shortest rest after a chunk of the backfill.
const MIN_REST: Duration = Duration::from_millis(2);

impl Log {
    /// Backfills the index, chunk by chunk, until it is complete or `shutdown` is cancelled; the next start goes on from
    /// there. Does not keep the log open.
    pub fn backfill_index(&self, shutdown: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        backfill(self.store.clone(), shutdown)
    }

    /// Indexes new messages, and merges the index after many deletions, until `shutdown` is cancelled; the next start goes on from
    /// there. Returns at once for PostgreSQL, whose index is written with the messages. Does not keep the log open.
    pub fn run_deferred_index(&self, shutdown: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        index_deferred(self.store.clone(), shutdown)
    }
}

async fn index_deferred(store: Store, shutdown: CancellationToken) {
    while !store.is_shared() && !shutdown.is_cancelled() {
        let pause = match index_or_merge(&store).await {
            Ok(true) => continue,
            Ok(false) => DEFERRED_INDEX_INTERVAL,
            Err(error) => {
                error!(%error, "search.index_failed");
                RETRY_INTERVAL
            }
        };
        let _ = tokio::time::timeout(pause, shutdown.cancelled()).await;
    }
}

/// Indexes the next messages, or merges the next pages of the index if there are none. Returns `false` when both are done.
async fn index_or_merge(store: &Store) -> Result<bool, DbErr> {
    Ok(store.index_deferred().await?.is_some() || store.merge_index().await?)
}

async fn backfill(store: Store, shutdown: CancellationToken) {
    let mut last_folded_topic = Some(0);
    let mut messages = 0;
    while !shutdown.is_cancelled() {
        match paced(backfill_chunk(&store, &mut last_folded_topic), &shutdown).await {
            Ok(Some(more)) => messages += more,
            Ok(None) if messages == 0 => return,
            Ok(None) => return info!(messages, "search.backfilled"),
            Err(error) => {
                error!(%error, "search.backfill_failed");
                let _ = tokio::time::timeout(RETRY_INTERVAL, shutdown.cancelled()).await;
            }
        }
    }
}

/// Works on a chunk, and then rests for as long as that took, or until `shutdown` is cancelled. Sessions, names and read marks are
/// written on the same connection, so a backfill of hours takes half of it at most.
async fn paced<T>(chunk: impl Future<Output = T>, shutdown: &CancellationToken) -> T {
    let started = Instant::now();
    let result = chunk.await;
    let rest = started.elapsed().max(MIN_REST);
    let _ = tokio::time::timeout(rest, shutdown.cancelled()).await;
    result
}

/// Refolds the next topics, and once all are done indexes the next messages; topics come first because they are few.
/// Returns the number of messages that were indexed, or `None` when the backfill is complete.
async fn backfill_chunk(store: &Store, last_folded_topic: &mut Option<i64>) -> Result<Option<u64>, DbErr> {
    match *last_folded_topic {
        Some(after) => {
            *last_folded_topic = store.refold_topics(after).await?;
            Ok(Some(0))
        }
        None => store.backfill_index().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_backfill_leaves_half_of_the_time_to_other_writes() {
        let shutdown = CancellationToken::new();
        let started = Instant::now();
        for millis in [0, 300, 2_000] {
            paced(tokio::time::sleep(Duration::from_millis(millis)), &shutdown).await;
        }
        let expected = Duration::from_millis(2 * (300 + 2_000)) + MIN_REST;
        assert!(started.elapsed().abs_diff(expected) < Duration::from_millis(10), "{:?}", started.elapsed());
        shutdown.cancel();
        let started = Instant::now();
        paced(tokio::time::sleep(Duration::from_secs(1)), &shutdown).await;
        assert!(started.elapsed() < Duration::from_millis(1_100), "a shutdown does not wait");
    }
}
