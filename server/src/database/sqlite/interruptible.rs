//! A query that SQLite gives up when its time is over, or when its caller is gone.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sea_orm::{
    DatabaseConnection, DbErr, QueryResult, Value,
    sqlx::{self, Sqlite, pool::PoolConnection},
};
use tokio::time::Instant;

use super::{acquire, arguments, failed};
use crate::database::bounded::BoundedError;

/// Steps of SQLite's virtual machine between two looks at the clock: some 10 microseconds. The full-text index takes few
/// steps for much work, since it reads its own pages by them.
const STEPS: i32 = 256;

/// A connection whose query can be interrupted. Dropped before the query is done, it interrupts the query, and closes: the
/// next query must not be interrupted in its place.
struct Interruptible {
    connection: PoolConnection<Sqlite>,
    is_over: Arc<AtomicBool>,
    is_done: bool,
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        if !self.is_done {
            self.is_over.store(true, Ordering::Relaxed);
            self.connection.close_on_drop();
        }
    }
}

/// All rows of a query.
pub(in crate::database) async fn all(
    pool: &DatabaseConnection,
    sql: &'static str,
    values: Vec<Value>,
    deadline: Instant,
) -> Result<Vec<QueryResult>, BoundedError> {
    let connection = acquire(pool).await?;
    let is_over = Arc::<AtomicBool>::default();
    let mut query = Interruptible { connection, is_over: Arc::clone(&is_over), is_done: false };
    let goes_on = move || !is_over.load(Ordering::Relaxed) && Instant::now() < deadline;
    lock(&mut query.connection).await?.set_progress_handler(STEPS, goes_on);
    let rows = sqlx::query_with(sql, arguments(values)?).fetch_all(&mut *query.connection).await;
    let rows = rows.map_err(|error| match Instant::now() < deadline {
        true => BoundedError::Database(failed(error)),
        false => BoundedError::Deadline,
    })?;
    lock(&mut query.connection).await?.remove_progress_handler();
    query.is_done = true;
    Ok(rows.into_iter().map(QueryResult::from).collect())
}

async fn lock(
    connection: &mut PoolConnection<Sqlite>,
) -> Result<sqlx::sqlite::LockedSqliteHandle<'_>, DbErr> {
    connection.lock_handle().await.map_err(failed)
}
