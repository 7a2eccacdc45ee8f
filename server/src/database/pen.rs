//! The connection that writes, in the hand of one who writes again and again: taking it and laying it down cost more than a
//! small transaction does.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sea_orm::{
    DbErr, Value,
    sqlx::{Sqlite, pool::PoolConnection},
};

use super::{Database, Kind, sqlite};

/// Whoever else wants to write waits no longer than this, and one transaction more.
const HOLD: Duration = Duration::from_millis(5);

/// A transaction that goes to SQLite at once.
#[derive(Debug, Clone)]
pub(crate) enum Transaction {
    /// One statement, which is a transaction by itself.
    One(Arc<str>),
    /// Statements separated by `;`, of which the first begins a transaction and the last commits it.
    Several(Arc<str>),
}

/// What one writes with, a SQLite file only. Whoever holds it and has nothing to write lays it down: nobody else can write.
pub(crate) struct Pen {
    database: Database,
    held: Option<Held>,
}

struct Held {
    connection: PoolConnection<Sqlite>,
    since: Instant,
}

impl Pen {
    pub(super) fn new(database: Database) -> Self {
        Self { database, held: None }
    }

    /// Whether it is in hand.
    pub(crate) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Lets others write.
    pub(crate) fn lay_down(&mut self) {
        self.held = None;
    }

    /// Executes a transaction with all its values. Must not be dropped before it is done.
    pub(crate) async fn transact(
        &mut self,
        transaction: Transaction,
        values: Vec<Value>,
    ) -> Result<(), DbErr> {
        if let Kind::Postgres = self.database.kind {
            return Err(DbErr::Custom("only SQLite takes a transaction at once".to_owned()));
        }
        let _publishing = self.database.demand.publishes();
        let Held { mut connection, since } = self.take().await?;
        sqlite::transact(&mut connection, transaction, values).await?;
        if since.elapsed() < HOLD {
            self.held = Some(Held { connection, since });
        }
        Ok(())
    }

    async fn take(&mut self) -> Result<Held, DbErr> {
        match self.held.take() {
            Some(held) => Ok(held),
            None => {
                let _waiting = self.database.demand.waits();
                let connection = sqlite::acquire(self.database.write.pool()).await?;
                Ok(Held { connection, since: Instant::now() })
            }
        }
    }
}
