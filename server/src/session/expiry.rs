//! The time that sessions expire by.
//!
//! It is stored, never goes back, and follows the clock in steps of an hour at most: a clock that is a month ahead, at a start
//! or while the server runs, does not end all sessions at once, and for good. A clock that is set right again, or a server that
//! was off for long, costs nothing but rows that stay some time longer.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sea_orm::{
    ConnectionTrait, DbErr,
    sea_query::{self, Expr, Query},
};

use crate::{clock::Clock, database::Database};

/// The longest step, in milliseconds.
const STEP_MS: u64 = 60 * 60 * 1_000;

#[derive(Clone)]
pub(super) struct ExpiryClock {
    database: Database,
    clock: Clock,
    /// Milliseconds since 1970; 0: not read yet.
    known: Arc<AtomicU64>,
}

impl ExpiryClock {
    pub(super) fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock, known: Arc::default() }
    }

    /// What ends before this has expired.
    pub(super) async fn expired(&self) -> Result<u64, DbErr> {
        match self.known.load(Ordering::Relaxed) {
            0 => self.read().await,
            known => Ok(known),
        }
    }

    /// What begins now begins then: an error of the clock makes a life longer, never shorter.
    pub(super) async fn begins(&self) -> Result<u64, DbErr> {
        Ok(self.expired().await?.max(self.clock.now().0))
    }

    /// Begins with the clock's time where none is stored. Returns how far the clock is ahead, in milliseconds.
    pub(super) async fn start(&self) -> Result<u64, DbErr> {
        let known = self.read().await?;
        self.store(known).await?;
        Ok(self.clock.now().0.saturating_sub(known))
    }

    /// Follows the clock by one step. Returns how far the clock is ahead after that, in milliseconds.
    pub(super) async fn advance(&self) -> Result<u64, DbErr> {
        let (known, now) = (self.read().await?, self.clock.now().0);
        let next = now.min(known.saturating_add(STEP_MS)).max(known);
        self.store(next).await?;
        self.known.fetch_max(next, Ordering::Relaxed);
        Ok(now.saturating_sub(next))
    }

    /// Another process may have moved it on.
    async fn read(&self) -> Result<u64, DbErr> {
        let select = Query::select().column("clock").from("store").to_owned();
        let row = self.database.read().query_one(&select).await?;
        let stored: i64 = row.map_or(Ok(0), |row| row.try_get("", "clock"))?;
        let known = self.known.load(Ordering::Relaxed).max(u64::try_from(stored).unwrap_or_default());
        let known = if known == 0 { self.clock.now().0 } else { known };
        self.known.fetch_max(known, Ordering::Relaxed);
        Ok(known)
    }

    async fn store(&self, known: u64) -> Result<(), DbErr> {
        // In scope of the whole file it would hide `min` and `max` of numbers.
        use sea_query::ExprTrait;
        let known = i64::try_from(known).unwrap_or(i64::MAX);
        let update = Query::update()
            .table("store")
            .value("clock", known)
            .and_where(Expr::col("clock").lt(known))
            .to_owned();
        self.database.write().execute(&update).await.map(drop)
    }
}
