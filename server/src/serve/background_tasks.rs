//! The tasks that maintain the database and the log while the server runs.

use std::sync::Arc;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::StartError;
use crate::{
    chat::Chat,
    database::Database,
    event_log::{Log, WatermarkWriter},
};

/// Spawns the tasks that maintain the database: they watch the free space and the file, write checkpoints, and
/// give free pages back to the disk.
pub(super) async fn spawn_database_tasks(
    database: &Database,
    min_free_disk: Option<u64>,
    tracker: &TaskTracker,
    drain: &CancellationToken,
) -> Result<(), StartError> {
    if let Some(watch) = database.watch_free_space(min_free_disk, drain.clone()) {
        tracker.spawn(watch);
    }
    if let Some(hold) = database.hold_direct_connection(drain.clone()) {
        tracker.spawn(hold);
    }
    if let Some(watch) = database.file_watch().await? {
        tracker.spawn(watch.run(drain.clone()));
    }
    if let Some(checkpointer) = database.checkpointer().await? {
        tracker.spawn(checkpointer.run(drain.clone()));
    }
    if let Some(free_pages) = database.free_pages(drain.clone()) {
        tracker.spawn(free_pages);
    }
    Ok(())
}

/// Spawns the tasks that maintain the search index and the watermark. Returns the watermark's writer, if there is one.
pub(super) async fn spawn_log_tasks(
    log: &Log,
    database: &Database,
    tracker: &TaskTracker,
    drain: &CancellationToken,
) -> Result<Option<WatermarkWriter>, StartError> {
    tracker.spawn(log.backfill_index(drain.clone()));
    tracker.spawn(log.run_deferred_index(drain.clone()));
    let watermark = log.watermark_writer(database).await?;
    if let Some(watermark) = watermark.clone() {
        tracker.spawn(watermark.run(drain.clone()));
    }
    Ok(watermark)
}

/// Runs after the start, so that no person waits for it.
pub(super) async fn follow_missed_authors(chat: Arc<Chat>, drain: CancellationToken) {
    drain.run_until_cancelled(chat.follow_missed_authors()).await;
}
