//! Merges SQLite's index after many messages were deleted. Their words leave gaps in the pages of the index, which FTS5 closes
//! only when it merges these pages, and by itself it merges only what is new.

use std::{
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
    time::Instant,
};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement, Value};

use crate::event_log::store::Store;

/// The fewest deletions after which the index is merged.
const MIN_DELETIONS: i64 = 64;
/// The share of all messages that must have been deleted, as a divisor.
const MESSAGES_DIVISOR: i64 = 4;
/// Pages that one step writes: 64 KiB, read from more pages with gaps. A transaction of a few milliseconds.
const STEP_PAGES: i64 = 16;
/// A statement that does nothing counts as fewer changes (<https://sqlite.org/fts5.html#the_merge_command>).
const MIN_CHANGES: i64 = 2;

const MERGE_SQL: &str = "INSERT INTO search (search, rank) VALUES ('merge', ?)";
const CHANGES_SQL: &str = "SELECT total_changes() AS number";
const MESSAGES_SQL: &str = "SELECT coalesce(sum(messages), 0) AS number FROM topic";

/// Counts deletions, which leave gaps. A restart forgets the number; `chorus vacuum` closes all gaps.
#[derive(Debug, Default)]
pub(in crate::event_log) struct IndexMerge {
    /// Since the last merge has begun.
    deletions: AtomicI64,
    is_running: AtomicBool,
}

#[derive(FromQueryResult)]
struct NumberRow {
    number: i64,
}

impl IndexMerge {
    pub(in crate::event_log::store) fn record_deletion(&self) {
        self.deletions.fetch_add(1, Ordering::Relaxed);
    }
}

impl Store {
    /// Merges the next pages of the index, if many messages were deleted. Returns whether there may be more to merge.
    pub(in crate::event_log) async fn merge_index(&self) -> Result<bool, DbErr> {
        let is_running = self.index_merge.is_running.load(Ordering::Relaxed);
        if !is_running && !self.is_merge_due().await? {
            return Ok(false);
        }
        let mut guard = self.lock_index().await;
        let load = self.database.writer_load();
        let transaction = self.database.begin().await?;
        let started = Instant::now();
        // A negative number begins a merge of the whole index.
        let pages = if is_running { STEP_PAGES } else { -STEP_PAGES };
        let has_more = merge(&transaction, pages).await?;
        let has_waiter = load.is_waiting();
        transaction.commit().await?;
        guard.record_hold(started.elapsed(), load, has_waiter);
        if !is_running {
            self.index_merge.deletions.store(0, Ordering::Relaxed);
        }
        self.index_merge.is_running.store(has_more, Ordering::Relaxed);
        Ok(has_more)
    }

    async fn is_merge_due(&self) -> Result<bool, DbErr> {
        let deletions = self.index_merge.deletions.load(Ordering::Relaxed);
        if self.database.is_shared() || deletions < MIN_DELETIONS {
            return Ok(false);
        }
        Ok(deletions >= number(self.database.search(), MESSAGES_SQL).await? / MESSAGES_DIVISOR)
    }
}

/// Returns whether there was something to merge.
async fn merge(connection: &impl ConnectionTrait, pages: i64) -> Result<bool, DbErr> {
    let before = number(connection, CHANGES_SQL).await?;
    let values: [Value; 1] = [pages.into()];
    connection.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, MERGE_SQL, values)).await?;
    Ok(number(connection, CHANGES_SQL).await? - before >= MIN_CHANGES)
}

async fn number(connection: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let row = NumberRow::find_by_statement(statement).one(connection).await?;
    Ok(row.map_or(0, |row| row.number))
}
