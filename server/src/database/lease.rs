//! One connection of PostgreSQL's pool, for as long as somebody uses it.
//!
//! A network that drops packets silently leaves a connection open that answers nothing, until the kernel gives up after some 15
//! minutes. SQLx 0.9 sets no `TCP_USER_TIMEOUT` and lets nobody else reach the socket, and its pool asks each connection that
//! comes back for an answer, without a time limit. So each lease has a deadline, also for coming back: a connection that has
//! missed it is closed, and its place in the pool is free at once.

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

/// A connection with a deadline.
pub(super) struct Lease {
    /// None once it was closed.
    connection: Option<PoolConnection<Postgres>>,
    limit: Limit,
    deadline: Instant,
    is_in_transaction: bool,
}

/// How long a lease may last.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    pub(super) within: Duration,
    /// Cancelled, the leases that there are end at once, and those to come last no longer than `HURRY`.
    pub(super) hurry: CancellationToken,
}

/// How long a lease lasts at the most once there is no time left.
const HURRY: Duration = Duration::from_secs(1);

impl Limit {
    fn at_present(self) -> Self {
        if !self.hurry.is_cancelled() {
            return self;
        }
        Self { within: self.within.min(HURRY), hurry: CancellationToken::new() }
    }

    /// None when it is not done in time.
    async fn keeps<T>(&self, run: impl Future<Output = T>) -> Option<T> {
        self.hurry.run_until_cancelled(timeout(self.within, run)).await?.ok()
    }
}

impl Lease {
    /// Takes a connection. The time that this takes counts.
    pub(super) async fn take(pool: &PgPool, limit: Limit) -> Result<Self, DbErr> {
        let limit = limit.at_present();
        let deadline = Instant::now() + limit.within;
        let acquired = limit.hurry.run_until_cancelled(timeout_at(deadline, pool.acquire())).await;
        let taken = acquired.and_then(Result::ok).unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let connection = taken.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        Ok(Self { connection: Some(connection), limit, deadline, is_in_transaction: false })
    }

    pub(super) async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let query = prepared(statement);
        let done = self.bounded(|connection| connection.execute(query)).await;
        done.map(ExecResult::from).map_err(executing)
    }

    pub(super) async fn execute_unprepared(&mut self, text: &str) -> Result<ExecResult, DbErr> {
        let text = AssertSqlSafe(text.to_owned());
        let done = self.bounded(|connection| connection.execute(text)).await;
        done.map(ExecResult::from).map_err(executing)
    }

    pub(super) async fn query_one(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let query = prepared(statement);
        let row = self.bounded(|connection| connection.fetch_optional(query)).await;
        row.map(|row| row.map(QueryResult::from)).map_err(querying)
    }

    pub(super) async fn query_all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let query = prepared(statement);
        let rows = self.bounded(|connection| connection.fetch_all(query)).await;
        rows.map(|rows| rows.into_iter().map(QueryResult::from).collect()).map_err(querying)
    }

    pub(super) async fn ping(&mut self) -> Result<(), DbErr> {
        self.bounded(|connection| Box::pin(sqlx::Connection::ping(connection))).await.map_err(querying)
    }

    /// Begins a transaction with this statement.
    pub(super) async fn begin(&mut self, statement: &str) -> Result<(), DbErr> {
        // Also when its answer does not come.
        self.is_in_transaction = true;
        self.execute_unprepared(statement).await.map(drop)
    }

    /// Ends a transaction with this statement.
    pub(super) async fn end(&mut self, statement: &str) -> Result<(), DbErr> {
        self.execute_unprepared(statement).await?;
        self.is_in_transaction = false;
        Ok(())
    }

    /// Closes the connection when the deadline passes: a later use of it would read the answer to this one.
    async fn bounded<T>(
        &mut self,
        run: impl for<'c> FnOnce(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let Some(connection) = &mut self.connection else { return Err(silent()) };
        match self.limit.hurry.run_until_cancelled(timeout_at(self.deadline, run(connection))).await {
            Some(Ok(done)) => done,
            Some(Err(_)) | None => {
                drop(self.connection.take().map(PoolConnection::detach));
                Err(silent())
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        let (limit, is_in_transaction) = (self.limit.clone(), self.is_in_transaction);
        runtime.spawn(async move {
            let is_back = !is_in_transaction
                || matches!(limit.keeps(connection.execute("ROLLBACK")).await, Some(Ok(_)));
            if !is_back {
                drop(connection.detach());
                return;
            }
            // This future owns the connection: dropped because its time is up, it closes it.
            limit.keeps(connection.return_to_pool()).await;
        });
    }
}

fn prepared(Statement { sql, values, .. }: Statement) -> Query<'static, Postgres, SqlxValues> {
    sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values.unwrap_or_else(|| Values(Vec::new()))))
}

fn silent() -> sqlx::Error {
    let reason = "PostgreSQL has not answered in time (database-timeout-ms); the connection was closed";
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, reason))
}

fn executing(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

fn querying(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}
