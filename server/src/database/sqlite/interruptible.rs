//! Queries that SQLite interrupts at a deadline, or when the caller is dropped.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sea_orm::{
    DbErr, QueryResult, Value,
    sqlx::{self, Sqlite, pool::PoolConnection},
};
use tokio::time::Instant;

use super::arguments;
use crate::database::{
    Connections,
    error::{DeadlineError, exec_error},
};

/// Instructions of SQLite's virtual machine between two checks of the deadline: about 10 microseconds. The number is small
/// because the full-text index does much work in few instructions.
const CHECK_INTERVAL_STEPS: i32 = 256;

/// A connection whose query can be interrupted. When it is dropped before the query is done, it interrupts the query and closes
/// itself, so that the next query is not interrupted in its place.
struct Interruptible {
    connection: PoolConnection<Sqlite>,
    is_interrupted: Arc<AtomicBool>,
    is_done: bool,
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        if !self.is_done {
            self.is_interrupted.store(true, Ordering::Relaxed);
            self.connection.close_on_drop();
        }
    }
}

/// Returns all rows of a query, or [`DeadlineError::Exceeded`].
pub(in crate::database) async fn query_all(
    connections: &Connections,
    sql: &'static str,
    values: Vec<Value>,
    deadline: Instant,
) -> Result<Vec<QueryResult>, DeadlineError> {
    // An interrupted query closes its connection, and another one is opened in its place.
    let connection = connections.acquire_sqlite().await?;
    let is_interrupted = Arc::<AtomicBool>::default();
    let mut query = Interruptible { connection, is_interrupted: Arc::clone(&is_interrupted), is_done: false };
    let may_continue = move || !is_interrupted.load(Ordering::Relaxed) && Instant::now() < deadline;
    lock(&mut query.connection).await?.set_progress_handler(CHECK_INTERVAL_STEPS, may_continue);
    let rows = sqlx::query_with(sql, arguments(values)?).fetch_all(&mut *query.connection).await;
    let rows = rows.map_err(|error| match Instant::now() < deadline {
        true => DeadlineError::Database(exec_error(error)),
        false => DeadlineError::Exceeded,
    })?;
    lock(&mut query.connection).await?.remove_progress_handler();
    query.is_done = true;
    Ok(rows.into_iter().map(QueryResult::from).collect())
}

async fn lock(
    connection: &mut PoolConnection<Sqlite>,
) -> Result<sqlx::sqlite::LockedSqliteHandle<'_>, DbErr> {
    connection.lock_handle().await.map_err(exec_error)
}
