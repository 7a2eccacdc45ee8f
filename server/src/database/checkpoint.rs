//! Checkpoints: what the write-ahead log of a SQLite file holds goes into the file.
//!
//! The connection that writes never does this, so nobody waits for it. Most of the work is done passively, beside the
//! writer. Only a writer that waits lets the log begin anew, which holds it up for the little that is left. When the log has
//! become long, it is written over from its beginning: a file that need not grow is quicker to write. Once a minute it is
//! emptied: what was deleted is then gone from the log as well.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, Statement};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// When to do what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Between two looks at the log.
    pub(super) look: Duration,
    /// From one time the log is empty to the next.
    pub(super) empty: Duration,
    /// After a reader was in the way.
    pub(super) again: Duration,
    /// A longer log begins anew at once, in bytes.
    pub(super) most: u64,
}

const PACE: Pace = Pace {
    look: Duration::from_secs(1),
    empty: Duration::from_secs(60),
    again: Duration::from_secs(5),
    most: 64 * 1024 * 1024,
};

/// Keeps the write-ahead log of a SQLite file short.
pub struct Checkpoints {
    connection: DatabaseConnection,
    writer: DatabaseConnection,
    wal: PathBuf,
    pace: Pace,
    emptied: Instant,
    not_before: Instant,
}

impl Checkpoints {
    pub(super) fn new(connection: DatabaseConnection, writer: DatabaseConnection, wal: PathBuf) -> Self {
        let now = Instant::now();
        Self { connection, writer, wal, pace: PACE, emptied: now, not_before: now }
    }

    #[cfg(test)]
    pub(super) fn at(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Goes on until `drain`. What fails is logged and tried again: the log only becomes longer.
    pub async fn run(mut self, drain: CancellationToken) {
        let mut looks = interval(self.pace.look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                () = drain.cancelled() => break,
            }
            if let Err(error) = self.look().await {
                warn!(%error, "database.checkpoint_failed");
            }
        }
        let _ = self.connection.close().await;
    }

    async fn look(&mut self) -> Result<(), DbErr> {
        if self.wal.metadata().map_or(0, |wal| wal.len()) == 0 {
            return Ok(());
        }
        let Done { pages, .. } = checkpoint(&self.connection, "PASSIVE").await?;
        let now = Instant::now();
        let (stale, long) = (now >= self.emptied + self.pace.empty, pages * PAGE > self.pace.most);
        if (stale || long) && now >= self.not_before {
            self.not_before = now + self.pace.again;
            if self.begin_anew(if stale { "TRUNCATE" } else { "RESTART" }).await? {
                self.not_before = now;
                if stale {
                    self.emptied = now;
                }
            }
        }
        Ok(())
    }

    /// While this has the only connection that writes, it need not race for the file's lock, which is given to whoever
    /// asks at the right moment: under load never to the one that asks once.
    async fn begin_anew(&self, mode: &str) -> Result<bool, DbErr> {
        let writer = self.writer.get_sqlite_connection_pool().acquire().await;
        let _paused = writer.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        Ok(checkpoint(&self.connection, mode).await?.whole)
    }
}

/// Bytes of a page, as SQLite makes them.
const PAGE: u64 = 4_096;

/// What a checkpoint has done.
struct Done {
    /// Everything; somebody who reads or writes may be in the way.
    whole: bool,
    /// So many pages the log held.
    pages: u64,
}

/// Moves everything into the file and empties the log, for the last one out.
pub(super) async fn empty(connection: &DatabaseConnection) {
    if let Err(error) = checkpoint(connection, "TRUNCATE").await {
        warn!(%error, "database.checkpoint_failed");
    }
}

async fn checkpoint(connection: &DatabaseConnection, mode: &str) -> Result<Done, DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA wal_checkpoint({mode})"));
    let Some(row) = connection.query_one_raw(statement).await? else {
        return Ok(Done { whole: false, pages: 0 });
    };
    let [in_the_way, pages] = [row.try_get_by_index::<i32>(0)?, row.try_get_by_index::<i32>(1)?];
    Ok(Done { whole: in_the_way == 0, pages: u64::try_from(pages).unwrap_or(0) })
}
