//! A pool of connections with one purpose: writing, reading or searching. Each use of a PostgreSQL connection has a time limit
//! (see `lease`). SQLite needs none, since a thread of this process answers.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, TransactionOptions, TransactionTrait,
    prelude::async_trait::async_trait,
    sqlx::{Sqlite, pool::PoolConnection},
};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{
    file_watch::OpenedFiles,
    lease::{Lease, TimeLimit},
    postgres::{BEGIN, SessionMode},
    sqlite::{
        self,
        reopen_guard::{self, ReopenGuard},
    },
    writer_queue::{WriterPermit, WriterQueue},
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
    mode: SessionMode,
    /// Set while a SQLite file is served.
    guard: Arc<OnceLock<ReopenGuard>>,
    /// Set if the log writes on the same connection.
    writer_queue: Option<WriterQueue>,
}

impl From<DatabaseConnection> for Connections {
    fn from(pool: DatabaseConnection) -> Self {
        let limit = TimeLimit { timeout: MANUAL_TIMEOUT, cancel: CancellationToken::new() };
        Self { pool, limit, mode: SessionMode::default(), guard: Arc::default(), writer_queue: None }
    }
}

impl Connections {
    /// Sets the time limit of each use.
    pub(super) fn set_timeout(&mut self, timeout: Duration) {
        self.limit.timeout = timeout;
    }

    /// Makes commands and transactions wait for each other before they wait for a connection.
    pub(super) fn with_writer_queue(self) -> Self {
        Self { writer_queue: Some(WriterQueue::default()), ..self }
    }

    async fn writer_permit(&self) -> Result<Option<WriterPermit>, DbErr> {
        match &self.writer_queue {
            Some(queue) => queue.acquire().await.map(Some),
            None => Ok(None),
        }
    }

    /// Sets whether the connections have sessions of their own.
    pub(super) fn set_session_mode(&mut self, mode: SessionMode) {
        self.mode = mode;
    }

    /// Ends each use of a PostgreSQL connection that has begun. Later uses get a short time limit.
    pub(super) fn cancel_pending(&self) {
        self.limit.cancel.cancel();
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.limit.cancel.is_cancelled()
    }

    /// From now on, opens connections of a SQLite pool only while `files` are those that its connections have opened.
    pub(super) fn guard(&self, files: &OpenedFiles) {
        self.guard.get_or_init(|| ReopenGuard::new(self.pool.get_sqlite_connection_pool(), files.clone()));
    }

    /// Takes a connection of SQLite.
    pub(super) async fn acquire_sqlite(&self) -> Result<PoolConnection<Sqlite>, DbErr> {
        self.open_missing().await?;
        self.run_sqlite(|| Box::pin(sqlite::acquire(&self.pool))).await
    }

    /// Begins a transaction of SQLite, after [`open_missing`](Self::open_missing).
    async fn begin_sqlite(&self, options: fn() -> TransactionOptions) -> Result<BoundedTransaction, DbErr> {
        let permit = self.writer_permit().await?;
        let begun = self.run_sqlite(|| Box::pin(self.pool.begin_with_options(options()))).await?;
        Ok(BoundedTransaction(OpenTransaction::Sqlite(begun, permit)))
    }

    /// Runs a command of SQLite, after [`open_missing`](Self::open_missing). Repeats it if the connection that it waited for was
    /// closed meanwhile: nothing was executed then.
    async fn run_sqlite<'a, T>(
        &self,
        run: impl Fn() -> BoxFuture<'a, Result<T, DbErr>> + Send + Sync,
    ) -> Result<T, DbErr> {
        match run().await {
            Err(error) if self.lacked_connection(&error) => {
                self.open_missing().await?;
                run().await
            }
            result => result,
        }
    }

    /// Whether the connection that a caller waited for was closed, so that its sealed pool had none.
    fn lacked_connection(&self, error: &DbErr) -> bool {
        self.guard.get().is_some() && reopen_guard::is_sealed(error)
    }

    async fn open_missing(&self) -> Result<(), DbErr> {
        match self.guard.get() {
            Some(guard) => guard.open_missing().await,
            None => Ok(()),
        }
    }

    /// The pool itself, without the limit: for SQLite, and for migrations, which may have to rewrite a large table.
    pub(crate) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.ping().await,
            None => self.run_sqlite(|| Box::pin(self.pool.ping())).await,
        }
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&self) -> Result<BoundedTransaction, DbErr> {
        let Some(mut lease) = self.lease().await? else {
            return self.begin_sqlite(sqlite::immediate_transaction).await;
        };
        lease.begin(BEGIN).await?;
        Ok(BoundedTransaction(OpenTransaction::Postgres(Mutex::new(lease))))
    }

    /// Begins a transaction whose reads all see the same state of the database.
    pub(crate) fn snapshot(&self) -> BoxFuture<'_, Result<BoundedTransaction, DbErr>> {
        Box::pin(async move {
            let Some(mut lease) = self.lease().await? else {
                return self.begin_sqlite(TransactionOptions::default).await;
            };
            lease.begin(BEGIN_SNAPSHOT).await?;
            Ok(BoundedTransaction(OpenTransaction::Postgres(Mutex::new(lease))))
        })
    }

    /// Leases a PostgreSQL connection. Returns `None` for SQLite, whose pool has all its connections then.
    async fn lease(&self) -> Result<Option<Lease>, DbErr> {
        match self.pool.get_database_backend() {
            DbBackend::Postgres => {
                let pool = self.pool.get_postgres_connection_pool();
                Lease::acquire(pool, self.limit.clone(), self.mode).await.map(Some)
            }
            _ => self.open_missing().await.map(|()| None),
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
            None => {
                let _permit = self.writer_permit().await?;
                self.run_sqlite(|| self.pool.execute_raw(statement.clone())).await
            }
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.execute_unprepared(text).await,
            None => {
                let _permit = self.writer_permit().await?;
                self.run_sqlite(|| self.pool.execute_unprepared(text)).await
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.query_one(statement).await,
            None => {
                let _permit = self.writer_permit().await?;
                self.run_sqlite(|| self.pool.query_one_raw(statement.clone())).await
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.lease().await? {
            Some(mut lease) => lease.query_all(statement).await,
            None => {
                let _permit = self.writer_permit().await?;
                self.run_sqlite(|| self.pool.query_all_raw(statement.clone())).await
            }
        }
    }
}

/// A transaction, which is rolled back when it is dropped. PostgreSQL's has one time limit from its beginning to its commit.
pub(crate) struct BoundedTransaction(OpenTransaction);

enum OpenTransaction {
    Sqlite(DatabaseTransaction, Option<WriterPermit>),
    Postgres(Mutex<Lease>),
}

impl BoundedTransaction {
    /// Errors: it is unknown whether the transaction was stored.
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        match self.0 {
            OpenTransaction::Sqlite(transaction, _permit) => transaction.commit().await,
            OpenTransaction::Postgres(lease) => lease.into_inner().end("COMMIT").await,
        }
    }

    pub(crate) fn rollback(self) -> BoxFuture<'static, Result<(), DbErr>> {
        Box::pin(async move {
            match self.0 {
                OpenTransaction::Sqlite(transaction, _permit) => transaction.rollback().await,
                OpenTransaction::Postgres(lease) => lease.into_inner().end("ROLLBACK").await,
            }
        })
    }
}

#[async_trait]
impl ConnectionTrait for BoundedTransaction {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            OpenTransaction::Sqlite(..) => DbBackend::Sqlite,
            OpenTransaction::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            OpenTransaction::Sqlite(transaction, _) => transaction.execute_raw(statement).await,
            OpenTransaction::Postgres(lease) => lease.lock().await.execute(statement).await,
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            OpenTransaction::Sqlite(transaction, _) => transaction.execute_unprepared(text).await,
            OpenTransaction::Postgres(lease) => lease.lock().await.execute_unprepared(text).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            OpenTransaction::Sqlite(transaction, _) => transaction.query_one_raw(statement).await,
            OpenTransaction::Postgres(lease) => lease.lock().await.query_one(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            OpenTransaction::Sqlite(transaction, _) => transaction.query_all_raw(statement).await,
            OpenTransaction::Postgres(lease) => lease.lock().await.query_all(statement).await,
        }
    }
}
