//! Reads that end by a deadline. Searches have connections of their own, so that no page and no publish waits for one.

use sea_orm::{DbErr, FromQueryResult, Value};
use tokio::time::{Instant, timeout_at};

use super::{Connections, Database, Kind, postgres, sqlite};

/// Connections that search.
pub(crate) const SEARCHERS: u32 = 2;

/// Why a read with a deadline gave no rows.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BoundedError {
    /// The deadline passed first; the database was interrupted.
    #[error("the query took too long")]
    Deadline,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl Database {
    /// The connections that search.
    pub(crate) fn search(&self) -> &Connections {
        &self.search
    }

    /// All rows of a query, or [`BoundedError::Deadline`]. A query that is cut off, or whose caller is gone, is interrupted
    /// in the database: it holds neither its connection nor a processor for long.
    pub(crate) async fn all_within<T: FromQueryResult>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        deadline: Instant,
    ) -> Result<Vec<T>, BoundedError> {
        if Instant::now() >= deadline {
            return Err(BoundedError::Deadline);
        }
        // A connection that is opened now might open another file.
        if self.is_detached() {
            return Err(DbErr::Custom("the database file was deleted, moved or replaced".to_owned()).into());
        }
        let read = async {
            match self.kind {
                Kind::Sqlite => sqlite::interruptible::all(self.search.pool(), sql, values, deadline).await,
                Kind::Postgres => postgres::all_within(&self.search, sql, values, deadline).await,
            }
        };
        let rows = timeout_at(deadline, read).await.map_err(|_| BoundedError::Deadline)??;
        Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }
}
