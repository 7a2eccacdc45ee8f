//! A lease: one use of a connection of PostgreSQL's pool, with a deadline.
//!
//! A network that drops packets silently leaves a connection open that never answers, until the kernel gives up after about
//! 15 minutes. SQLx 0.9 sets no `TCP_USER_TIMEOUT` and gives no access to the socket, and its pool pings each connection that is
//! returned, without a time limit. Therefore each lease has a deadline, and the return to the pool has one too. A connection
//! that misses it is closed, which frees its place in the pool at once.

use std::{future::Future, time::Duration};

use futures::future::BoxFuture;
use sea_orm::{
    DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{
        self, AssertSqlSafe, Executor, PgConnection, PgPool, Postgres, pool::PoolConnection, query::Query,
    },
};
use sea_query_sqlx::SqlxValues;
use tokio::{
    runtime::Handle,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{
    error::exec_error,
    postgres::{BEGIN, SessionMode, lock_timeout_within},
};

/// A connection with a deadline.
pub(super) struct Lease {
    /// `None` after it was closed.
    connection: Option<PoolConnection<Postgres>>,
    limit: TimeLimit,
    deadline: Instant,
    mode: SessionMode,
    is_in_transaction: bool,
}

/// How long a lease may last.
#[derive(Debug, Clone)]
pub(super) struct TimeLimit {
    pub(super) timeout: Duration,
    /// Ends all current leases. Later ones get `SHUTDOWN_TIMEOUT`.
    pub(super) cancel: CancellationToken,
}

/// The longest lease after a cancellation: the server is shutting down.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

impl TimeLimit {
    /// The limit of a lease that begins now.
    fn for_new_lease(self) -> Self {
        if !self.cancel.is_cancelled() {
            return self;
        }
        Self { timeout: self.timeout.min(SHUTDOWN_TIMEOUT), cancel: CancellationToken::new() }
    }

    /// Returns `None` on timeout and on cancellation.
    async fn run<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.cancel.run_until_cancelled(timeout(self.timeout, future)).await?.ok()
    }
}

impl Lease {
    /// Takes a connection from the pool. The wait for it counts towards the deadline.
    pub(super) async fn acquire(pool: &PgPool, limit: TimeLimit, mode: SessionMode) -> Result<Self, DbErr> {
        let limit = limit.for_new_lease();
        let deadline = Instant::now() + limit.timeout;
        let acquired = limit.cancel.run_until_cancelled(timeout_at(deadline, pool.acquire())).await;
        let connection = acquired.and_then(Result::ok).unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let connection = connection.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        Ok(Self { connection: Some(connection), limit, deadline, mode, is_in_transaction: false })
    }

    pub(super) async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let query = self.query(statement);
        let is_single = self.begin_single().await?;
        let done = self.bounded(|connection| connection.execute(query)).await.map_err(exec_error)?;
        self.end_single(is_single).await?;
        Ok(done.into())
    }

    pub(super) async fn execute_unprepared(&mut self, text: &str) -> Result<ExecResult, DbErr> {
        let is_single = self.begin_single().await?;
        let done = self.execute_script(text).await?;
        self.end_single(is_single).await?;
        Ok(done)
    }

    pub(super) async fn query_one(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let query = self.query(statement);
        let is_single = self.begin_single().await?;
        let row = self.bounded(|connection| connection.fetch_optional(query)).await.map_err(query_error)?;
        self.end_single(is_single).await?;
        Ok(row.map(QueryResult::from))
    }

    pub(super) async fn query_all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let query = self.query(statement);
        let is_single = self.begin_single().await?;
        let rows = self.bounded(|connection| connection.fetch_all(query)).await.map_err(query_error)?;
        self.end_single(is_single).await?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    pub(super) async fn ping(&mut self) -> Result<(), DbErr> {
        self.bounded(|connection| Box::pin(sqlx::Connection::ping(connection))).await.map_err(query_error)
    }

    /// Begins a transaction with this statement.
    pub(super) async fn begin(&mut self, statement: &str) -> Result<(), DbErr> {
        // Set first: the transaction may have begun even when the answer does not come.
        self.is_in_transaction = true;
        // Only a transaction that writes waits for locks.
        let timeout = Some(self.limit.timeout).filter(|_| statement == BEGIN);
        let script = self.mode.begin_bounded_sql(statement, timeout.and_then(lock_timeout_within));
        self.execute_script(&script).await.map(drop)
    }

    /// Ends a transaction with this statement.
    pub(super) async fn end(&mut self, statement: &str) -> Result<(), DbErr> {
        self.execute_script(statement).await?;
        self.is_in_transaction = false;
        Ok(())
    }

    /// Begins the transaction of a single statement, if it needs one. Returns whether it does. A statement that fails is
    /// rolled back when the lease ends.
    async fn begin_single(&mut self) -> Result<bool, DbErr> {
        let is_single = self.mode.needs_transactions() && !self.is_in_transaction;
        if is_single {
            self.begin(BEGIN).await?;
        }
        Ok(is_single)
    }

    async fn end_single(&mut self, is_single: bool) -> Result<(), DbErr> {
        if is_single { self.end("COMMIT").await } else { Ok(()) }
    }

    async fn execute_script(&mut self, text: &str) -> Result<ExecResult, DbErr> {
        let text = AssertSqlSafe(text.to_owned());
        let done = self.bounded(|connection| connection.execute(text)).await;
        done.map(ExecResult::from).map_err(exec_error)
    }

    fn query(&self, Statement { sql, values, .. }: Statement) -> Query<'static, Postgres, SqlxValues> {
        let values = SqlxValues(values.unwrap_or_else(|| Values(Vec::new())));
        sqlx::query_with(AssertSqlSafe(sql), values).persistent(self.mode.keeps_prepared_statements())
    }

    /// Runs a command. Closes the connection on timeout: its next user would read the answer to this command.
    async fn bounded<T>(
        &mut self,
        run: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let Some(connection) = &mut self.connection else { return Err(timed_out()) };
        match self.limit.cancel.run_until_cancelled(timeout_at(self.deadline, run(connection))).await {
            Some(Ok(done)) => done,
            Some(Err(_)) | None => {
                drop(self.connection.take().map(PoolConnection::detach));
                Err(timed_out())
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        let limit = self.limit.clone();
        let is_in_transaction = self.is_in_transaction;
        runtime.spawn(async move {
            let is_clean =
                !is_in_transaction || matches!(limit.run(connection.execute("ROLLBACK")).await, Some(Ok(_)));
            if !is_clean {
                drop(connection.detach());
                return;
            }
            // The future owns the connection. A timeout drops the future, which closes the connection.
            limit.run(connection.return_to_pool()).await;
        });
    }
}

fn timed_out() -> sqlx::Error {
    let reason = "PostgreSQL has not answered in time (database-timeout-ms); the connection was closed";
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, reason))
}

fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
