//! Keeps the watermark up to date while the log is served.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::protocol::Epoch;
use parking_lot::Mutex;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{CommitState, LastCommitted, SUFFIX, Watermark, file};
use crate::{
    database::Database,
    event_log::{ReadError, store},
};

/// The time by which the watermark may lag behind the log. If a restored backup lacks only events of that last moment, the server does not
/// notice; clients do, because their positions name their event.
const WRITE_INTERVAL: Duration = Duration::from_secs(1);

/// Writes the watermark of one database; cheap to clone. It does not keep the log open.
#[derive(Clone)]
pub struct WatermarkWriter {
    database: Database,
    path: PathBuf,
    epoch: Epoch,
    last_committed: LastCommitted,
    written: Arc<Mutex<CommitState>>,
    is_failing: Arc<AtomicBool>,
}

impl WatermarkWriter {
    /// Returns `None` for a database that is not a file.
    pub(in crate::event_log) async fn new(
        database: &Database,
        last_committed: LastCommitted,
    ) -> Result<Option<Self>, ReadError> {
        let Some(path) = database.sidecar(SUFFIX).await? else { return Ok(None) };
        let epoch = store::epoch(database).await?;
        Ok(Some(Self {
            database: database.clone(),
            path,
            epoch,
            last_committed,
            written: Arc::default(),
            is_failing: Arc::default(),
        }))
    }

    /// Writes the watermark every second while the log grows, until `shutdown` is cancelled.
    pub async fn run(self, shutdown: CancellationToken) {
        while shutdown.run_until_cancelled(sleep(WRITE_INTERVAL)).await.is_some() {
            self.write().await;
        }
    }

    /// Writes the event that was committed last, unless the file has it already.
    pub async fn write(&self) {
        let state = self.last_committed.0.lock().clone();
        if *self.written.lock() == state {
            return;
        }
        match self.replace(&state).await {
            Ok(()) => {
                *self.written.lock() = state;
                self.is_failing.store(false, Ordering::Relaxed);
            }
            // The older watermark is still true; one line is enough for a disk that stays full.
            Err(error) if !self.is_failing.swap(true, Ordering::Relaxed) => {
                warn!(%error, "log.watermark_failed")
            }
            Err(_) => {}
        }
    }

    /// Writes the final watermark. To be called once no more events are written, so that it does not lag.
    pub async fn finish(&self) {
        self.write().await;
        if let Err(error) = super::write_watermark(&self.database).await {
            warn!(%error, "log.watermark_failed");
        }
    }

    async fn replace(&self, state: &CommitState) -> io::Result<()> {
        if let Some(event) = state.event.clone() {
            let watermark = Watermark { epoch: self.epoch.clone(), events: vec![event] };
            file::write(self.path.clone(), watermark).await?;
        }
        if state.is_uncertain {
            // Only the database knows whether the failed commit was stored.
            super::write_watermark(&self.database).await.map_err(io::Error::other)?;
        }
        Ok(())
    }
}
