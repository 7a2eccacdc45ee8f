//! `chorus vacuum`.

use std::fs;

use app::protocol::SubscriptionMode;
use tempfile::TempDir;

use super::{
    backups::{connects, files_in, line_of_failure, stops},
    moves::executes,
};
use crate::support::program::{runs, starts, text};

const VACUUM: &str = "vacuum --database sqlite://x.db";
const SERVE: &str = "--listen 127.0.0.1:0 --database sqlite://x.db";
/// Restores the mode of an earlier version's file, and leaves a megabyte of free pages.
const WITH_FREE_PAGES: &str = "PRAGMA auto_vacuum = NONE; VACUUM; \
    CREATE TABLE pile AS SELECT randomblob(1000000) AS bytes; DROP TABLE pile";
/// The place of SQLite's header that is not 0 in a file with incremental vacuum.
const INCREMENTAL_VACUUM: std::ops::Range<usize> = 64..68;

#[tokio::test]
async fn a_vacuum_shrinks_the_file_of_an_earlier_version_and_keeps_the_chat() {
    let directory = TempDir::new().unwrap();
    let server = starts(&directory, SERVE);
    let mut ann = connects(&server, "Ann").await;
    let epoch = ann.subscribes("lobby").await.epoch;
    ann.publishes("kept").await;
    let refused = line_of_failure(&runs(&directory, VACUUM));
    assert!(refused.contains("in use"), "{refused}");
    ann.leaves().await;
    stops(server);
    let file = directory.path().join("x.db");
    assert_ne!(fs::read(&file).unwrap()[INCREMENTAL_VACUUM], [0; 4], "a new file");
    executes(&format!("sqlite://{}", file.display()), WITH_FREE_PAGES).await;
    let before = fs::read(&file).unwrap();
    assert!(before.len() > 1_000_000);
    assert_eq!(before[INCREMENTAL_VACUUM], [0; 4]);

    let output = runs(&directory, VACUUM);
    let (printed, progress) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{progress}");
    assert!(printed.starts_with("Vacuumed ") && printed.contains(" MB before, "), "{printed}");
    assert!(progress.contains("Merging the search index") && progress.contains("Checking the copy"));
    let after = fs::read(&file).unwrap();
    assert!(after.len() < 400_000, "{} bytes", after.len());
    assert_ne!(after[INCREMENTAL_VACUUM], [0; 4]);
    let left: Vec<_> = files_in(directory.path()).into_iter().filter(|file| !is_known(file)).collect();
    assert!(left.is_empty(), "{left:?}");

    let server = starts(&directory, SERVE);
    let mut bob = connects(&server, "Bob").await;
    let answer = bob.resumes("lobby", &epoch, 1).await;
    assert_eq!((answer.mode, answer.head), (SubscriptionMode::Resume, 1));
    bob.leaves().await;
    let log = stops(server);
    assert!(!log.contains("begins_a_new_epoch"), "{log}");
}

fn is_known(file: &std::path::Path) -> bool {
    let name = file.file_name().unwrap().to_str().unwrap();
    ["x.db", "x.db.lock", "x.db.mark"].contains(&name)
}

#[test]
fn a_missing_file_is_refused_and_postgres_has_a_command_of_its_own() {
    let directory = TempDir::new().unwrap();
    let missing = line_of_failure(&runs(&directory, VACUUM));
    assert!(missing.contains("x.db"), "{missing}");
    assert!(!directory.path().join("x.db").exists());
    let output = runs(&directory, "vacuum --database postgres://me:hunter2@db.example/chat");
    let line = line_of_failure(&output);
    let command = "vacuumdb --host=db.example --port=5432 --dbname=chat --username=me --full";
    assert!(line.contains(command) && !line.contains("hunter2"), "{line}");
}
