//! A log in a SQLite file of its own, opened as the server does.

use std::path::Path;

use clap::Parser;
use server::{
    config::{Cli, Command, Limits, Settings},
    database::Database,
    event_log::Log,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(crate) struct Opened {
    pub(crate) log: Log,
    pub(crate) database: Database,
    tracker: TaskTracker,
    drain: CancellationToken,
}

impl Opened {
    pub(crate) async fn open(file: &Path) -> Self {
        let database = Database::open(&format!("sqlite://{}", file.display())).await.expect("a database");
        database.migrate().await.expect("a schema");
        let (tracker, drain) = (TaskTracker::new(), CancellationToken::new());
        let checkpointer = database.checkpointer().await.expect("a connection").expect("a SQLite file");
        tracker.spawn(checkpointer.run(drain.clone()));
        let log = Log::open(database.clone(), &limits(), &tracker, |_| {}).await.expect("a log");
        tracker.spawn(log.backfill_index(drain.clone()));
        tracker.spawn(log.run_deferred_index(drain.clone()));
        Self { log, database, tracker, drain }
    }

    /// Ends what runs, in the server's order.
    pub(crate) async fn close(self) {
        let Self { log, database, tracker, drain } = self;
        drop(log);
        drain.cancel();
        tracker.close();
        tracker.wait().await;
        database.close().await;
    }
}

/// As they are without any setting.
pub(crate) fn settings() -> Settings {
    let Command::Serve(settings) = Cli::parse_from(["chorus"]).into_command() else { panic!("it serves") };
    settings
}

/// Those of them that bound the log.
pub(crate) fn limits() -> Limits {
    settings().limits
}
