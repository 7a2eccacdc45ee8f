//! Opens a log in a SQLite file with the same background tasks as the server.

use std::path::Path;

use clap::Parser;
use server::{
    config::{Cli, Command, Limits, Settings},
    database::Database,
    event_log::Log,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) struct OpenLog {
    pub(crate) log: Log,
    pub(crate) database: Database,
    tracker: TaskTracker,
    drain: CancellationToken,
}

impl OpenLog {
    pub(crate) async fn open(file: &Path) -> Self {
        let database = Database::open(&format!("sqlite://{}", file.display())).await.expect("a database");
        database.migrate().await.expect("a schema");
        let tracker = TaskTracker::new();
        let drain = CancellationToken::new();
        let checkpointer = database.checkpointer().await.expect("a connection").expect("a SQLite file");
        tracker.spawn(checkpointer.run(drain.clone()));
        let log = Log::open(database.clone(), &limits(), &tracker, |_| {}).await.expect("a log");
        tracker.spawn(log.backfill_index(drain.clone()));
        tracker.spawn(log.run_deferred_index(drain.clone()));
        Self { log, database, tracker, drain }
    }

    /// Stops the background tasks in the order of the server.
    pub(crate) async fn close(self) {
        let Self { log, database, tracker, drain } = self;
        drop(log);
        drain.cancel();
        tracker.close();
        tracker.wait().await;
        database.close().await;
    }
}

/// Returns the default settings.
pub(crate) fn settings() -> Settings {
    let Command::Serve(settings) = Cli::parse_from(["chorus"]).into_command() else { panic!("it serves") };
    settings
}

/// Returns the default limits.
pub(crate) fn limits() -> Limits {
    settings().limits
}
