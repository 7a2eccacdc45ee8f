//! The clock by which sessions expire.
//!
//! Its time is stored, never goes back, and follows the system's clock in steps of at most an hour. Therefore a system clock
//! that is a month ahead, at a start or later, does not end all sessions at once and for good. After the clock is corrected, or
//! after a long downtime, the only effect is that expired rows stay some time longer.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{self, Expr, Query},
};

use crate::{clock::Clock, database::Database};

const MAX_STEP_MS: u64 = 60 * 60 * 1_000;

#[derive(Clone)]
pub(super) struct ExpiryClock {
    database: Database,
    clock: Clock,
    /// The stored time in milliseconds since 1970; 0 before it was read.
    cached_ms: Arc<AtomicU64>,
}

impl ExpiryClock {
    pub(super) fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock, cached_ms: Arc::default() }
    }

    /// Returns the time up to which sessions have expired, in milliseconds since 1970.
    pub(super) async fn expiry_ms(&self) -> Result<u64, DbErr> {
        match self.cached_ms.load(Ordering::Relaxed) {
            0 => self.read().await,
            cached_ms => Ok(cached_ms),
        }
    }

    /// Returns the start of a lifetime that begins now, in milliseconds since 1970. A wrong system clock makes a lifetime longer,
    /// never shorter.
    pub(super) async fn now_ms(&self) -> Result<u64, DbErr> {
        Ok(self.expiry_ms().await?.max(self.clock.now().0))
    }

    /// Stores the system's time if none is stored yet. Returns how far the system's clock is ahead, in milliseconds.
    pub(super) async fn start(&self) -> Result<u64, DbErr> {
        let time_ms = self.read().await?;
        self.store(time_ms).await?;
        Ok(self.clock.now().0.saturating_sub(time_ms))
    }

    /// Follows the system's clock by one step. Returns how far that clock is still ahead, in milliseconds.
    pub(super) async fn advance(&self) -> Result<u64, DbErr> {
        let time_ms = self.read().await?;
        let system_ms = self.clock.now().0;
        let next_ms = system_ms.min(time_ms.saturating_add(MAX_STEP_MS)).max(time_ms);
        self.store(next_ms).await?;
        self.cached_ms.fetch_max(next_ms, Ordering::Relaxed);
        Ok(system_ms.saturating_sub(next_ms))
    }

    /// Reads from the database, since another process may have advanced the time.
    async fn read(&self) -> Result<u64, DbErr> {
        let select = Query::select().column("clock").from("store").to_owned();
        let row = self.database.read().query_one(&select).await?;
        let stored: i64 = row.map_or(Ok(0), |row| row.try_get("", "clock"))?;
        let time_ms = self.cached_ms.load(Ordering::Relaxed).max(u64::try_from(stored).unwrap_or_default());
        let time_ms = if time_ms == 0 { self.clock.now().0 } else { time_ms };
        self.cached_ms.fetch_max(time_ms, Ordering::Relaxed);
        Ok(time_ms)
    }

    async fn store(&self, time_ms: u64) -> Result<(), DbErr> {
        // Imported here only: its `min` and `max` would shadow those of numbers.
        use sea_query::ExprTrait;
        let time_ms = i64::try_from(time_ms).unwrap_or(i64::MAX);
        let update = Query::update()
            .table("store")
            .value("clock", time_ms)
            .and_where(Expr::col("clock").lt(time_ms))
            .to_owned();
        self.database.write().execute(&update).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::Timestamp;

    use super::*;

    #[tokio::test]
    async fn the_stored_time_never_goes_back() {
        let test_database = testing::sqlite();
        let database = Database::open(test_database.url()).await.unwrap();
        database.migrate().await.unwrap();
        // Usually the event log creates this row at a start.
        let row = "INSERT INTO store (id, epoch) VALUES (1, 'x')";
        database.write().execute_unprepared(row).await.unwrap();
        let clock = || ExpiryClock::new(database.clone(), Clock::new(|| Timestamp(7)));
        // Another process may have stored a later time since this one read it.
        for (time_ms, stored_ms) in [(10, 10), (5, 10), (11, 11)] {
            clock().store(time_ms).await.unwrap();
            assert_eq!(clock().read().await.unwrap(), stored_ms);
        }
    }
}
