//! Checkpoints move the content of a SQLite file's write-ahead log (WAL) into the file.
//!
//! They run on a connection of their own, so that no commit waits for one. Passive checkpoints do most of the work while
//! the writer goes on. Only restarting the WAL needs the writer to pause, for the little that is left by then. A WAL that has
//! become long is restarted: SQLite overwrites it from its beginning. Once a minute it is truncated, which removes deleted and
//! replaced texts from it.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Connections;

#[derive(Debug, Clone, Copy)]
pub(super) struct CheckpointSchedule {
    /// Between two passive checkpoints.
    pub(super) poll_interval: Duration,
    /// Between two truncations of the WAL.
    pub(super) truncate_interval: Duration,
    /// Delay after a reader or another process has kept a checkpoint from completing.
    pub(super) retry_interval: Duration,
    /// A longer WAL is restarted at once.
    pub(super) max_wal_bytes: u64,
}

const DEFAULT_SCHEDULE: CheckpointSchedule = CheckpointSchedule {
    poll_interval: Duration::from_secs(1),
    truncate_interval: Duration::from_secs(60),
    retry_interval: Duration::from_secs(5),
    max_wal_bytes: 16 * 1024 * 1024,
};

/// How much more often a WAL is polled that is longer than a quarter of `max_wal_bytes`.
const BUSY_POLL_FACTOR: u32 = 8;

/// SQLite's default page size; nothing here sets another one.
const PAGE_BYTES: u64 = 4_096;

/// Keeps the write-ahead log of a SQLite file short.
pub struct Checkpointer {
    pub(super) connection: Connections,
    writer: Connections,
    schedule: CheckpointSchedule,
    /// `None` makes the first poll truncate the WAL, which an earlier process may have left.
    truncated_at: Option<Instant>,
    not_before: Instant,
    /// Cancelled when writing has ended because the file was deleted, moved or replaced.
    detached: CancellationToken,
}

impl Checkpointer {
    pub(super) fn new(connection: Connections, writer: Connections, detached: CancellationToken) -> Self {
        Self {
            connection,
            writer,
            schedule: DEFAULT_SCHEDULE,
            truncated_at: None,
            not_before: Instant::now(),
            detached,
        }
    }

    #[cfg(test)]
    pub(super) fn with_schedule(self, schedule: CheckpointSchedule) -> Self {
        Self { schedule, ..self }
    }

    /// Runs until `drain` is cancelled. Errors are logged and retried; meanwhile the WAL only becomes longer.
    pub async fn run(mut self, drain: CancellationToken) {
        let mut delay = self.schedule.poll_interval;
        while drain.run_until_cancelled(sleep(delay)).await.is_some() && !self.detached.is_cancelled() {
            delay = self.poll().await.unwrap_or_else(|error| {
                warn!(%error, "database.checkpoint_failed");
                self.schedule.poll_interval
            });
        }
        if self.detached.is_cancelled() {
            self.truncate_detached_wal(&drain).await;
        }
        self.connection.pool().get_sqlite_connection_pool().close().await;
    }

    /// Moves acknowledged content into the file that SQLite has open, and leaves its WAL empty. After a restart, a WAL that
    /// was left in place would be read together with another file.
    async fn truncate_detached_wal(&self, drain: &CancellationToken) {
        // A commit that is under way would be left in the WAL, which may have no name any more.
        drain.run_until_cancelled(self.writer.pool().get_sqlite_connection_pool().close()).await;
        loop {
            let outcome = checkpoint(&self.connection, "TRUNCATE").await;
            let is_complete = outcome.is_ok_and(|outcome| outcome.is_some_and(|outcome| outcome.is_complete));
            if is_complete || drain.run_until_cancelled(sleep(self.schedule.poll_interval)).await.is_none() {
                return;
            }
        }
    }

    /// Does what is due, and returns the delay until the next poll.
    pub(super) async fn poll(&mut self) -> Result<Duration, DbErr> {
        let Some(outcome) = checkpoint(&self.connection, "PASSIVE").await? else {
            return Ok(self.schedule.retry_interval);
        };
        let now = Instant::now();
        let wal_bytes = outcome.wal_pages * PAGE_BYTES;
        let is_stale = self
            .truncated_at
            .is_none_or(|at| outcome.wal_pages > 0 && now >= at + self.schedule.truncate_interval);
        let is_long = wal_bytes > self.schedule.max_wal_bytes;
        if (is_stale || is_long) && now >= self.not_before {
            let is_restarted = self.restart_wal(if is_stale { "TRUNCATE" } else { "RESTART" }).await?;
            if is_restarted && is_stale {
                self.truncated_at = Some(now);
            }
            self.not_before = if is_restarted { now } else { now + self.schedule.retry_interval };
        }
        // Under load, checkpoints come more often: each has little to copy, and the pages are still in the system's cache.
        let is_busy = wal_bytes > self.schedule.max_wal_bytes / 4;
        Ok(self.schedule.poll_interval / if is_busy { BUSY_POLL_FACTOR } else { 1 })
    }

    /// Pauses the writer meanwhile. Returns `false` when a reader or another process kept the checkpoint from completing.
    ///
    /// The only connection that writes is taken out of its pool. Racing the writer for the file's lock would not do: SQLite
    /// does not queue for it, and under load a checkpoint that asks once never gets it.
    async fn restart_wal(&self, mode: &str) -> Result<bool, DbErr> {
        let _paused = self.writer.acquire_sqlite().await?;
        let outcome = checkpoint(&self.connection, mode).await?;
        Ok(outcome.is_some_and(|outcome| outcome.is_complete))
    }
}

/// The row that `PRAGMA wal_checkpoint` returns.
#[derive(Debug)]
pub(super) struct CheckpointOutcome {
    /// Whether everything is in the file. A reader or another writer can keep a checkpoint from completing.
    is_complete: bool,
    wal_pages: u64,
}

impl CheckpointOutcome {
    /// Returns `None` when SQLite could not look at the WAL: it reports -1 pages then.
    pub(super) fn new(busy: i32, wal_pages: i32) -> Option<Self> {
        Some(Self { is_complete: busy == 0, wal_pages: u64::try_from(wal_pages).ok()? })
    }
}

/// Moves the whole WAL into the file and empties it, when the database is closed.
pub(super) async fn truncate_wal(connection: &Connections) {
    if let Err(error) = checkpoint(connection, "TRUNCATE").await {
        warn!(%error, "database.checkpoint_failed");
    }
}

/// Returns `None` when another process runs a checkpoint, so that SQLite did not even look at the WAL.
async fn checkpoint(connection: &Connections, mode: &str) -> Result<Option<CheckpointOutcome>, DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA wal_checkpoint({mode})"));
    let Some(row) = connection.query_one_raw(statement).await? else { return Ok(None) };
    Ok(CheckpointOutcome::new(row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}
