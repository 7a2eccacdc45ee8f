//! Queries with a deadline. Searches have connections of their own, so that a slow search delays no page and no publish.

use sea_orm::{FromQueryResult, Value};
use tokio::time::{Instant, timeout_at};

use super::{Connections, Database, Kind, error::DeadlineError, files_are_gone, postgres, sqlite};

impl Database {
    /// The connections for searches.
    pub(crate) fn search(&self) -> &Connections {
        &self.search
    }

    /// Returns all rows of a query, or [`DeadlineError::Exceeded`]. The database interrupts the query at the deadline,
    /// and SQLite also when the caller is dropped, so it holds neither its connection nor a processor for long.
    pub(crate) async fn query_all_before<T: FromQueryResult>(
        &self,
        sql: &'static str,
        values: Vec<Value>,
        deadline: Instant,
    ) -> Result<Vec<T>, DeadlineError> {
        if Instant::now() >= deadline {
            return Err(DeadlineError::Exceeded);
        }
        if self.is_detached() {
            return Err(files_are_gone().into());
        }
        let query = async {
            match self.kind {
                Kind::Sqlite => sqlite::interruptible::query_all(&self.search, sql, values, deadline).await,
                Kind::Postgres => postgres::query_all_before(&self.search, sql, values, deadline).await,
            }
        };
        let rows = timeout_at(deadline, query).await.map_err(|_| DeadlineError::Exceeded)??;
        Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }
}
