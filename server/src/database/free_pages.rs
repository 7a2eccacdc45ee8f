//! Gives free pages of a SQLite file back to the disk while it is served.
//!
//! SQLite keeps the pages of deleted rows for later writes. A file whose `auto_vacuum` is incremental (set when it is created, or
//! by `chorus vacuum`) becomes shorter by `PRAGMA incremental_vacuum`, which moves its last pages into free ones. The next
//! checkpoint cuts the file. Each step is a transaction of its own on the connection that writes, so a publisher waits for one
//! step at most.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Database, Kind};

/// Frees 64 pages (256 KiB): a transaction of a few milliseconds.
const STEP_SQL: &str = "PRAGMA incremental_vacuum(64)";
/// Free pages that are kept for the next writes, at least: about as many as one merge of the search index frees and takes.
const MIN_KEPT_PAGES: i64 = 16;
/// The kept share of a large file, as a divisor of its pages.
const KEPT_DIVISOR: i64 = 32;
/// The time between two looks at the number of free pages.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// The rest after a step, as a multiple of the step: three quarters of the time belong to other writers.
const REST_FACTOR: u32 = 3;
/// Shorter rests cost more than they give.
const MIN_REST: Duration = Duration::from_millis(2);

const STATE_SQL: &str = "SELECT page_count AS pages, freelist_count AS free, auto_vacuum AS mode \
    FROM pragma_page_count, pragma_freelist_count, pragma_auto_vacuum";
/// The value of `auto_vacuum` that allows incremental vacuum.
const INCREMENTAL_MODE: i64 = 2;

#[derive(Debug, FromQueryResult)]
struct FreePages {
    pages: i64,
    free: i64,
    mode: i64,
}

impl FreePages {
    fn is_shrinkable(&self) -> bool {
        let kept = MIN_KEPT_PAGES.max(self.pages / KEPT_DIVISOR);
        self.mode == INCREMENTAL_MODE && self.free > kept
    }
}

impl Database {
    /// Returns the task that gives free pages of a SQLite file back to the disk, or `None` for PostgreSQL.
    pub(crate) fn free_pages(&self, drain: CancellationToken) -> Option<impl Future<Output = ()> + use<>> {
        match self.kind {
            Kind::Sqlite => Some(free_pages(self.clone(), drain)),
            Kind::Postgres => None,
        }
    }

    /// Frees the next pages. Returns `false` if there are too few.
    pub(crate) async fn free_next_pages(&self) -> Result<bool, DbErr> {
        let state = Statement::from_string(DbBackend::Sqlite, STATE_SQL);
        let state = FreePages::find_by_statement(state).one(&self.read).await?;
        if !state.is_some_and(|state| state.is_shrinkable()) {
            return Ok(false);
        }
        self.write.execute_unprepared(STEP_SQL).await?;
        Ok(true)
    }
}

async fn free_pages(database: Database, drain: CancellationToken) {
    let mut delay = CHECK_INTERVAL;
    while drain.run_until_cancelled(sleep(delay)).await.is_some() && !database.is_detached() {
        let started = Instant::now();
        delay = match database.free_next_pages().await {
            Ok(true) => (started.elapsed() * REST_FACTOR).max(MIN_REST),
            Ok(false) => CHECK_INTERVAL,
            Err(error) => {
                warn!(%error, "database.free_pages_failed");
                CHECK_INTERVAL
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_file_is_kept_for_the_next_writes() {
        for (pages, free, mode, is_shrinkable) in [
            (100, 16, 2, false),
            (100, 17, 2, true),
            (100, 17, 0, false),
            (100, 17, 1, false),
            (3_200, 100, 2, false),
            (3_200, 101, 2, true),
        ] {
            let state = FreePages { pages, free, mode };
            assert_eq!(state.is_shrinkable(), is_shrinkable, "{state:?}");
        }
    }
}
