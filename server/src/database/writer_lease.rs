//! The connection that writes to a SQLite file, kept across transactions: acquiring it from the pool and returning it costs
//! more than a small transaction does.

use std::time::{Duration, Instant};

use sea_orm::{
    DbErr, Value,
    sqlx::{Sqlite, pool::PoolConnection},
};

use super::{
    Database, Kind,
    sqlite::{self, TransactionSql},
};

/// A lease is returned after the transaction in which it reaches this age, so that other writers get their turn.
const MAX_HOLD: Duration = Duration::from_millis(5);

/// Access to the one connection that writes; SQLite only. While a lease is held, nobody else can write, so its owner
/// releases it when there is nothing to write.
pub(crate) struct WriterLease {
    database: Database,
    held: Option<HeldConnection>,
    max_hold: Duration,
}

struct HeldConnection {
    connection: PoolConnection<Sqlite>,
    since: Instant,
}

impl WriterLease {
    /// A lease that does not hold the connection yet.
    pub(super) fn new(database: Database) -> Self {
        Self { database, held: None, max_hold: MAX_HOLD }
    }

    /// Sets the age at which the lease is returned.
    #[cfg(test)]
    pub(super) fn set_max_hold(&mut self, max_hold: Duration) {
        self.max_hold = max_hold;
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Returns the connection, so that others can write.
    pub(crate) fn release(&mut self) {
        self.held = None;
    }

    /// Executes a transaction with all its values. The future must not be dropped before it is done.
    pub(crate) async fn transact(&mut self, sql: TransactionSql, values: Vec<Value>) -> Result<(), DbErr> {
        if let Kind::Postgres = self.database.kind {
            return Err(DbErr::Custom("only SQLite takes a whole transaction as one command".to_owned()));
        }
        let _active = self.database.writer_load.start_transaction();
        let HeldConnection { mut connection, since } = self.acquire().await?;
        // After an error the state of the connection is unknown, so it is returned and not held.
        sqlite::transact(&mut connection, sql, values).await?;
        if since.elapsed() < self.max_hold {
            self.held = Some(HeldConnection { connection, since });
        }
        Ok(())
    }

    async fn acquire(&mut self) -> Result<HeldConnection, DbErr> {
        match self.held.take() {
            Some(held) => Ok(held),
            None => {
                let _waiting = self.database.writer_load.start_waiting();
                let connection = self.database.write.acquire_sqlite().await?;
                Ok(HeldConnection { connection, since: Instant::now() })
            }
        }
    }
}
