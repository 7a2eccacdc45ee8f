//! The check whether a SQLite file can be written.

use std::time::Duration;

use sea_orm::{
    DbErr,
    sqlx::{self, AssertSqlSafe, SqlSafeStr, Sqlite, pool::PoolConnection},
};

use super::{Database, WAIT_TIMEOUT, error::exec_error};

/// How long the check waits for a lock of another process. The writes of this one wait for the check.
const CHECK_BUSY_TIMEOUT: Duration = Duration::from_millis(100);

impl Database {
    /// Writes a page of a SQLite file without a change: it can be read while another process holds its lock, and while its disk is
    /// full. Errors soon if another process holds the lock.
    pub(crate) async fn check_writable(&self) -> Result<(), DbErr> {
        let mut connection = self.append.acquire_sqlite().await?;
        // A task of its own: a caller who gives up must not leave the short timeout on the connection.
        let check = tokio::spawn(async move {
            set_busy_timeout(&mut connection, CHECK_BUSY_TIMEOUT).await?;
            let touched = touch(&mut connection).await;
            touched.and(set_busy_timeout(&mut connection, WAIT_TIMEOUT).await)
        });
        check.await.unwrap_or_else(|error| Err(DbErr::Custom(error.to_string())))
    }
}

/// Writes the first page. Nothing else uses `user_version`, a field of it, which is 0. An `UPDATE` to the same value would write
/// nothing, since SQLite compares a row before it changes the page.
async fn touch(connection: &mut PoolConnection<Sqlite>) -> Result<(), DbErr> {
    execute(connection, "BEGIN IMMEDIATE").await?;
    let touched = execute(connection, "PRAGMA user_version = 0; COMMIT").await;
    if touched.is_err() {
        // Its transaction may still be open.
        connection.close_on_drop();
    }
    touched
}

async fn set_busy_timeout(
    connection: &mut PoolConnection<Sqlite>,
    busy_timeout: Duration,
) -> Result<(), DbErr> {
    let pragma = format!("PRAGMA busy_timeout = {}", busy_timeout.as_millis());
    let set = execute(connection, AssertSqlSafe(pragma)).await;
    if set.is_err() {
        connection.close_on_drop();
    }
    set
}

async fn execute(connection: &mut PoolConnection<Sqlite>, sql: impl SqlSafeStr) -> Result<(), DbErr> {
    sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop).map_err(exec_error)
}
