//! A pool of connections with one purpose: writing, reading or searching. Each use of a PostgreSQL connection has a time limit
//! (see `lease`). SQLite needs none, since a thread of this process answers.

use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, TransactionOptions, TransactionTrait, prelude::async_trait::async_trait,
};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{
    lease::{Lease, TimeLimit},
    sqlite,
};

/// The time limit of commands that are run by hand: the person who runs one sees how long it takes, and can end it.
const MANUAL_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// PostgreSQL's default, read committed, would let each statement see another state.
const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A pool of connections; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    pool: DatabaseConnection,
    limit: TimeLimit,
}

impl From<DatabaseConnection> for Connections {
    fn from(pool: DatabaseConnection) -> Self {
        Self { pool, limit: TimeLimit { timeout: MANUAL_TIMEOUT, cancel: CancellationToken::new() } }
    }
}

impl Connections {
    /// Sets the time limit of each use.
    pub(super) fn set_timeout(&mut self, timeout: Duration) {
        self.limit.timeout = timeout;
    }

    /// Ends each use of a PostgreSQL connection that has begun. Later uses get a short time limit.
    pub(super) fn cancel_pending(&self) {
        self.limit.cancel.cancel();
    }

    /// The pool itself, without the limit: for SQLite, and for migrations, which may have to rewrite a large table.
    pub(crate) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.ping().await,
            None => self.pool.ping().await,
        }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<BoundedTransaction, DbErr> {
        let Some(mut lease) = self.lease().await? else {
            let options: TransactionOptions = sqlite::immediate_transaction();
            return self
                .pool
                .begin_with_options(options)
                .await
                .map(OpenTransaction::Sqlite)
                .map(BoundedTransaction);
        };
        lease.begin("BEGIN").await?;
        Ok(BoundedTransaction(OpenTransaction::Postgres(Mutex::new(lease))))
    }

    /// Begins a transaction whose reads all see the same state of the database.
    pub(crate) fn snapshot(&self) -> BoxFuture<'_, Result<BoundedTransaction, DbErr>> {
        Box::pin(async move {
            let Some(mut lease) = self.lease().await? else {
                return self.pool.begin().await.map(OpenTransaction::Sqlite).map(BoundedTransaction);
            };
            lease.begin(BEGIN_SNAPSHOT).await?;
            Ok(BoundedTransaction(OpenTransaction::Postgres(Mutex::new(lease))))
        })
    }

    /// Leases a PostgreSQL connection. Returns `None` for SQLite.
    async fn lease(&self) -> Result<Option<Lease>, DbErr> {
        match self.pool.get_database_backend() {
            DbBackend::Postgres => {
                Lease::acquire(self.pool.get_postgres_connection_pool(), self.limit.clone()).await.map(Some)
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

/// A transaction, which is rolled back when it is dropped. PostgreSQL's has one time limit from its beginning to its commit.
pub(crate) struct BoundedTransaction(OpenTransaction);

enum OpenTransaction {
    Sqlite(DatabaseTransaction),
    Postgres(Mutex<Lease>),
}

impl BoundedTransaction {
    /// Errors: it is unknown whether the transaction was stored.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        match self.0 {
            OpenTransaction::Sqlite(transaction) => transaction.commit().await,
            OpenTransaction::Postgres(lease) => lease.into_inner().end("COMMIT").await,
        }
    }

    pub(crate) fn rollback(self) -> BoxFuture<'static, Result<(), DbErr>> {
        Box::pin(async move {
            match self.0 {
                OpenTransaction::Sqlite(transaction) => transaction.rollback().await,
                OpenTransaction::Postgres(lease) => lease.into_inner().end("ROLLBACK").await,
            }
        })
    }
}

#[async_trait]
impl ConnectionTrait for BoundedTransaction {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            OpenTransaction::Sqlite(_) => DbBackend::Sqlite,
            OpenTransaction::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            OpenTransaction::Sqlite(transaction) => transaction.execute_raw(statement).await,
            OpenTransaction::Postgres(lease) => lease.lock().await.execute(statement).await,
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            OpenTransaction::Sqlite(transaction) => transaction.execute_unprepared(text).await,
            OpenTransaction::Postgres(lease) => lease.lock().await.execute_unprepared(text).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            OpenTransaction::Sqlite(transaction) => transaction.query_one_raw(statement).await,
            OpenTransaction::Postgres(lease) => lease.lock().await.query_one(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            OpenTransaction::Sqlite(transaction) => transaction.query_all_raw(statement).await,
            OpenTransaction::Postgres(lease) => lease.lock().await.query_all(statement).await,
        }
    }
}
