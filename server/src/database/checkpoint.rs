//! Checkpoints: what the write-ahead log of a SQLite file holds goes into the file.
//!
//! The connection that writes never does this, so nobody waits for it. Most of the work is done passively, beside the
//! writer. Only a writer that waits lets the log begin anew, which holds it up for the little that is left. When the log has
//! become long, it is written over from its beginning: a file that need not grow is quicker to write. Once a minute it
//! is blanked (see `blank`): what was deleted is then gone from the log as well, and there is room in it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement,
    sqlx::{Sqlite, pool::PoolConnection},
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{blank::blank, sqlite};

/// When to do what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Between two looks at the log.
    pub(super) look: Duration,
    /// From one time the log is blank to the next.
    pub(super) blank: Duration,
    /// After a reader was in the way.
    pub(super) again: Duration,
    /// A longer log begins anew at once, in bytes.
    pub(super) most: u64,
    /// A log has room for so much at the least, in bytes.
    pub(super) room: u64,
}

const PACE: Pace = Pace {
    look: Duration::from_secs(1),
    blank: Duration::from_secs(60),
    again: Duration::from_secs(5),
    most: 16 * 1024 * 1024,
    room: 1024 * 1024,
};

/// Keeps the write-ahead log of a SQLite file short.
pub struct Checkpoints {
    connection: DatabaseConnection,
    writer: DatabaseConnection,
    wal: PathBuf,
    pace: Pace,
    /// When that was tried last; a log that was not has no room yet.
    blanked: Option<Instant>,
    /// How long the log became since, in bytes.
    longest: u64,
    not_before: Instant,
    /// Cancelled once nobody writes any more, since the file is not the one that its name leads to.
    detached: CancellationToken,
}

impl Checkpoints {
    pub(super) fn new(
        connection: DatabaseConnection,
        writer: DatabaseConnection,
        wal: PathBuf,
        detached: CancellationToken,
    ) -> Self {
        let not_before = Instant::now();
        Self { connection, writer, wal, pace: PACE, blanked: None, longest: 0, not_before, detached }
    }

    #[cfg(test)]
    pub(super) fn at(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Goes on until `drain`. What fails is logged and tried again: the log only becomes longer.
    pub async fn run(mut self, drain: CancellationToken) {
        let mut until = self.pace.look;
        while drain.run_until_cancelled(sleep(until)).await.is_some() && !self.detached.is_cancelled() {
            until = self.look().await.unwrap_or_else(|error| {
                warn!(%error, "database.checkpoint_failed");
                self.pace.look
            });
        }
        if self.detached.is_cancelled() {
            self.empty_detached(&drain).await;
        }
        let _ = self.connection.close().await;
    }

    /// Moves what was acknowledged into the file that SQLite has open and leaves its log empty, so that a log that was
    /// left in place is not read with another file after a restart.
    async fn empty_detached(&self, drain: &CancellationToken) {
        loop {
            let done = checkpoint(&self.connection, "TRUNCATE").await;
            let whole = done.is_ok_and(|done| done.is_some_and(|done| done.whole));
            if whole || drain.run_until_cancelled(sleep(self.pace.look)).await.is_none() {
                return;
            }
        }
    }

    /// Does what is due, and says when to look again.
    async fn look(&mut self) -> Result<Duration, DbErr> {
        let Some(Done { pages, .. }) = checkpoint(&self.connection, "PASSIVE").await? else {
            return Ok(self.pace.again);
        };
        let (now, length) = (Instant::now(), pages * PAGE);
        self.longest = self.longest.max(length);
        let stale = self.blanked.is_none_or(|at| pages > 0 && now >= at + self.pace.blank);
        let long = length > self.pace.most;
        if (stale || long) && now >= self.not_before {
            let anew = if stale { self.blank().await? } else { self.begin_anew("RESTART").await?.is_some() };
            self.not_before = if anew { now } else { now + self.pace.again };
        }
        // Who writes much is looked at often: a short log is soon read, and its pages are still at hand.
        Ok(if length > self.pace.most / 4 { self.pace.look / OFTEN } else { self.pace.look })
    }

    /// While this has the only connection that writes, it need not race for the file's lock, which is given to whoever
    /// asks at the right moment: under load never to the one that asks once. None: a reader was in the way.
    async fn begin_anew(&self, mode: &str) -> Result<Option<PoolConnection<Sqlite>>, DbErr> {
        let paused = sqlite::acquire(&self.writer).await?;
        let done = checkpoint(&self.connection, mode).await?;
        Ok(done.is_some_and(|done| done.whole).then_some(paused))
    }

    /// Empties the log, and makes room in it while nobody writes, in another process neither. It has as much room as was used
    /// since the last time.
    async fn blank(&mut self) -> Result<bool, DbErr> {
        let room = self.longest.min(self.pace.most).max(self.pace.room);
        let Some(paused) = self.begin_anew("TRUNCATE").await? else { return Ok(false) };
        let mut lock = sqlite::hold(paused).await?;
        let is_empty = checkpoint(&self.connection, "PASSIVE").await?.is_some_and(|done| done.is_empty());
        if is_empty {
            // Where there is no place for it, nobody asks for it again at once.
            (self.blanked, self.longest) = (Some(Instant::now()), 0);
            let no_room = |error| DbErr::Custom(format!("no room for the write-ahead log: {error}"));
            let made;
            (lock, made) = blank(&self.wal, room, lock).await.map_err(no_room)?;
            made.map_err(no_room)?;
        }
        lock.rollback().await.map_err(sqlite::failed)?;
        Ok(is_empty)
    }
}

/// So many times more often.
const OFTEN: u32 = 8;

/// Bytes of a page, as SQLite makes them.
const PAGE: u64 = 4_096;

/// What a checkpoint has done.
#[derive(Debug)]
pub(super) struct Done {
    /// Everything; somebody who reads or writes may be in the way.
    whole: bool,
    /// So many pages the log holds.
    pages: u64,
}

impl Done {
    /// None: nothing is known.
    pub(super) fn told(in_the_way: i32, pages: i32) -> Option<Self> {
        Some(Self { whole: in_the_way == 0, pages: u64::try_from(pages).ok()? })
    }

    /// Whether the log is known to hold nothing. A checkpoint that another process was in the way of knows nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.whole && self.pages == 0
    }
}

/// Moves everything into the file and empties the log, for the last one out.
pub(super) async fn empty(connection: &DatabaseConnection) {
    if let Err(error) = checkpoint(connection, "TRUNCATE").await {
        warn!(%error, "database.checkpoint_failed");
    }
}

/// None: another process makes one, and this one has not even looked.
async fn checkpoint(connection: &DatabaseConnection, mode: &str) -> Result<Option<Done>, DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA wal_checkpoint({mode})"));
    let Some(row) = connection.query_one_raw(statement).await? else { return Ok(None) };
    let [in_the_way, pages] = [row.try_get_by_index::<i32>(0)?, row.try_get_by_index::<i32>(1)?];
    Ok(Done::told(in_the_way, pages))
}
