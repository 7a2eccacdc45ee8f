//! Connections to the PostgreSQL server itself: behind a pooler, no connection has a session of its own.

use std::{
    fmt::{Debug, Formatter, Result},
    time::Duration,
};

use sea_orm::{DatabaseConnection, sqlx::postgres::PgConnectOptions};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{Connections, Database};

/// How often the connection that marks a served database is tested, and replaced if it is dead.
const HOLD_INTERVAL: Duration = Duration::from_secs(5);

/// How to connect to the server itself; cheap to clone.
#[derive(Clone)]
pub(super) struct DirectConnections {
    options: PgConnectOptions,
    /// `None` if the pools are direct as well.
    pool: Option<Connections>,
}

impl DirectConnections {
    pub(super) fn new(options: PgConnectOptions, pool: Option<Connections>) -> Self {
        Self { options, pool }
    }

    /// Returns the options of one connection.
    pub(super) fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// Sets the time limit of each use.
    pub(super) fn set_timeout(&mut self, timeout: Duration) {
        if let Some(pool) = &mut self.pool {
            pool.set_timeout(timeout);
        }
    }

    pub(super) async fn close(&self) {
        if let Some(pool) = &self.pool {
            let _ = pool.pool().clone().close().await;
        }
    }
}

// The options contain the password.
impl Debug for DirectConnections {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.debug_struct("DirectConnections").finish_non_exhaustive()
    }
}

impl Database {
    /// Returns the options of a connection outside the pools that keeps its session, as LISTEN needs it. `None` for SQLite.
    pub(crate) fn postgres_options(&self) -> Option<PgConnectOptions> {
        self.direct.as_ref().map(DirectConnections::options)
    }

    /// The connections for changes of the schema: a migration may need several statements in one session.
    pub(super) fn schema(&self) -> &DatabaseConnection {
        let direct = self.direct.as_ref().and_then(|direct| direct.pool.as_ref());
        direct.unwrap_or(&self.write).pool()
    }

    /// Returns the task that keeps a direct connection open behind a pooler, by which commands recognise that the database is
    /// served. Returns `None` where the pools themselves have such connections.
    pub(crate) fn hold_direct_connection(
        &self,
        drain: CancellationToken,
    ) -> Option<impl Future<Output = ()> + use<>> {
        let pool = self.direct.as_ref()?.pool.clone()?;
        Some(async move {
            while drain.run_until_cancelled(sleep(HOLD_INTERVAL)).await.is_some() {
                if let Err(error) = pool.ping().await {
                    debug!(%error, "database.direct_connection_failed");
                }
            }
        })
    }
}
