//! Keeps the mark up to date while the log is served.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::protocol::Epoch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Known, Mark, Newest, SUFFIX, file};
use crate::{
    database::Database,
    event_log::{ReadError, store},
};

/// How far a mark may lag behind the log. What is restored within that time is noticed by positions that name their event.
const PACE: Duration = Duration::from_secs(1);

/// Writes a database's mark; cheap to clone. It does not keep the log open.
#[derive(Clone)]
pub struct MarkKeeper {
    database: Database,
    path: PathBuf,
    epoch: Epoch,
    newest: Newest,
    written: Arc<Mutex<Known>>,
    fails: Arc<AtomicBool>,
}

impl MarkKeeper {
    /// None for a database that is no file.
    pub(in crate::event_log) async fn new(
        database: &Database,
        newest: Newest,
    ) -> Result<Option<Self>, ReadError> {
        let Some(path) = database.sidecar(SUFFIX).await? else { return Ok(None) };
        let (database, epoch) = (database.clone(), store::epoch(database).await?);
        Ok(Some(Self { database, path, epoch, newest, written: Arc::default(), fails: Arc::default() }))
    }

    /// Writes the mark once a second while the log grows, until `going`.
    pub async fn run(self, going: CancellationToken) {
        while going.run_until_cancelled(sleep(PACE)).await.is_some() {
            self.write().await;
        }
    }

    /// Marks the newest event.
    pub async fn write(&self) {
        let known = self.newest.lock().clone();
        if *self.written() == known {
            return;
        }
        match self.replace(&known).await {
            Ok(()) => {
                *self.written() = known;
                self.fails.store(false, Ordering::Relaxed);
            }
            // The older mark is still true; one line is enough for a disk that stays full.
            Err(error) if !self.fails.swap(true, Ordering::Relaxed) => warn!(%error, "log.mark_failed"),
            Err(_) => {}
        }
    }

    /// Once nothing is written any more: from here on the mark does not lag.
    pub async fn finish(&self) {
        self.write().await;
        if let Err(error) = super::mark(&self.database).await {
            warn!(%error, "log.mark_failed");
        }
    }

    async fn replace(&self, known: &Known) -> io::Result<()> {
        if let Some(event) = known.event.clone() {
            let mark = Mark { epoch: self.epoch.clone(), events: vec![event] };
            file::write(self.path.clone(), mark).await?;
        }
        if known.doubtful {
            super::mark(&self.database).await.map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn written(&self) -> MutexGuard<'_, Known> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
