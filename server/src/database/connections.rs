//! Connections to one database that do the same: those that write, or those that read. PostgreSQL's have a time limit for each
//! use (see `lease`); a SQLite file is answered for by a thread of this process.

use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, TransactionOptions, TransactionTrait, prelude::async_trait::async_trait,
};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{
    lease::{Lease, Limit},
    sqlite,
};

/// A command that somebody runs by hand may take its time: they see it, and can end it.
const BY_HAND: Duration = Duration::from_secs(24 * 60 * 60);

/// Read committed, PostgreSQL's default, would let each statement see another state.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A pool of connections; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pool: DatabaseConnection,
    limit: Limit,
}

impl From<DatabaseConnection> for Connections {
    fn from(pool: DatabaseConnection) -> Self {
        Self { pool, limit: Limit { within: BY_HAND, hurry: CancellationToken::new() } }
    }
}

impl Connections {
    /// Sets the time limit of each use.
    pub(super) fn within(&mut self, within: Duration) {
        self.limit.within = within;
    }

    /// Ends each use of PostgreSQL's connections that has begun; those to come have a short limit.
    pub(super) fn hurry(&self) {
        self.limit.hurry.cancel();
    }

    /// The pool itself, without the limit: for migrations, which may have to rewrite a large table, and for SQLite.
    pub(crate) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.ping().await,
            None => self.pool.ping().await,
        }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<BoundedTransaction, DbErr> {
        let Some(mut lease) = self.lease().await? else {
            let options: TransactionOptions = sqlite::at_once();
            return self.pool.begin_with_options(options).await.map(Begun::Sqlite).map(BoundedTransaction);
        };
        lease.begin("BEGIN").await?;
        Ok(BoundedTransaction(Begun::Postgres(Mutex::new(lease))))
    }

    /// Begins a transaction whose reads see one state of the database, whatever is committed meanwhile.
    pub(crate) fn snapshot(&self) -> BoxFuture<'_, Result<BoundedTransaction, DbErr>> {
        Box::pin(async move {
            let Some(mut lease) = self.lease().await? else {
                return self.pool.begin().await.map(Begun::Sqlite).map(BoundedTransaction);
            };
            lease.begin(SNAPSHOT).await?;
            Ok(BoundedTransaction(Begun::Postgres(Mutex::new(lease))))
        })
    }

    /// None for SQLite.
    async fn lease(&self) -> Result<Option<Lease>, DbErr> {
        match self.pool.get_database_backend() {
            DbBackend::Postgres => {
                Lease::take(self.pool.get_postgres_connection_pool(), self.limit.clone()).await.map(Some)
            }
            _ => Ok(None),
        }
    }
}

#[async_trait]
impl ConnectionTrait for Connections {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.execute(statement).await,
            None => self.pool.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.execute_unprepared(text).await,
            None => self.pool.execute_unprepared(text).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.query_one(statement).await,
            None => self.pool.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.query_all(statement).await,
            None => self.pool.query_all_raw(statement).await,
        }
    }
}

/// A transaction. PostgreSQL's has one time limit from its beginning to its commit. Dropped, it is rolled back.
pub(crate) struct BoundedTransaction(Begun);

enum Begun {
    Sqlite(DatabaseTransaction),
    Postgres(Mutex<Lease>),
}

impl BoundedTransaction {
    /// An error says that nobody knows whether it was stored.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        match self.0 {
            Begun::Sqlite(transaction) => transaction.commit().await,
            Begun::Postgres(lease) => lease.into_inner().end("COMMIT").await,
        }
    }

    pub(crate) fn rollback(self) -> BoxFuture<'static, Result<(), DbErr>> {
        Box::pin(async move {
            match self.0 {
                Begun::Sqlite(transaction) => transaction.rollback().await,
                Begun::Postgres(lease) => lease.into_inner().end("ROLLBACK").await,
            }
        })
    }
}

#[async_trait]
impl ConnectionTrait for BoundedTransaction {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Begun::Sqlite(_) => DbBackend::Sqlite,
            Begun::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Begun::Sqlite(transaction) => transaction.execute_raw(statement).await,
            Begun::Postgres(lease) => lease.lock().await.execute(statement).await,
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Begun::Sqlite(transaction) => transaction.execute_unprepared(text).await,
            Begun::Postgres(lease) => lease.lock().await.execute_unprepared(text).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Begun::Sqlite(transaction) => transaction.query_one_raw(statement).await,
            Begun::Postgres(lease) => lease.lock().await.query_one(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Begun::Sqlite(transaction) => transaction.query_all_raw(statement).await,
            Begun::Postgres(lease) => lease.lock().await.query_all(statement).await,
        }
    }
}
