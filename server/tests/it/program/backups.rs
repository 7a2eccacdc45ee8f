//! `chorus backup` and `chorus restore`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use app::protocol::SubscriptionMode;
use tempfile::TempDir;

use crate::support::{
    HandshakeClient, Member, bodies_of,
    program::{Started, chorus, runs, signal, starts, text, wait_for_exit},
};

const DATABASE: &str = "--database sqlite://x.db";
const SERVE: &str = "--listen 127.0.0.1:0 --database sqlite://x.db";

pub(super) async fn connects(server: &Started, name: &str) -> Member {
    let handshake = HandshakeClient::new(server.address, "/chat").with_v1();
    Member::hello(handshake.connects().await, name).await
}

/// Ends the server and returns its log.
pub(super) fn stops(server: Started) -> String {
    signal(server.child.id(), "TERM");
    text(&wait_for_exit(server.child).stderr)
}

/// Runs a command that succeeds and returns what it printed.
fn succeeds(directory: &TempDir, arguments: &str) -> String {
    let output = runs(directory, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Expects a failure with one line of error, and returns the line.
pub(super) fn line_of_failure(output: &Output) -> String {
    let line = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{line}");
    assert!(line.starts_with("chorus: ") && line.lines().count() == 1, "{line}");
    line
}

pub(super) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_backup_of_a_served_database_is_restored_under_a_new_epoch() {
    let directory = TempDir::new().unwrap();
    let server = starts(&directory, SERVE);
    let mut ann = connects(&server, "Ann").await;
    let epoch = ann.subscribes("lobby").await.epoch;
    ann.publishes("kept").await;
    let printed = succeeds(&directory, &format!("backup copy.db {DATABASE}"));
    assert!(printed.starts_with("Backed up to copy.db: "), "{printed}");
    ann.publishes("lost").await;
    let restore = format!("restore copy.db {DATABASE}");
    let refused = line_of_failure(&runs(&directory, &restore));
    assert!(refused.contains("in use"), "{refused}");
    ann.leaves().await;
    stops(server);

    let printed = succeeds(&directory, &restore);
    let begun = printed.trim_end().rsplit(' ').next().unwrap().to_owned();
    let server = starts(&directory, SERVE);
    let mut bob = connects(&server, "Bob").await;
    let answer = bob.resumes("lobby", &epoch, 2).await;
    assert_eq!((answer.mode, answer.head), (SubscriptionMode::Reset, 1));
    assert_eq!(bodies_of(&answer.events), ["kept"]);
    assert_eq!(answer.epoch.to_string(), begun);
    assert_ne!(answer.epoch, epoch);
    bob.leaves().await;
    let log = stops(server);
    assert!(!log.contains("begins_a_new_epoch"), "the watermark is that of the restored database: {log}");

    let kept: Vec<_> = files_in(directory.path())
        .into_iter()
        .filter(|file| file.file_name().unwrap().to_str().unwrap().starts_with("x.db.2"))
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let old = fs::read(&kept[0]).unwrap();
    assert!(old.windows(4).any(|part| part == b"lost"), "the database from before is complete");
}

#[tokio::test]
async fn a_backup_is_restored_where_no_database_is() {
    let directory = TempDir::new().unwrap();
    let server = starts(&directory, SERVE);
    let mut ann = connects(&server, "Ann").await;
    ann.subscribes("lobby").await;
    ann.publishes("kept").await;
    ann.leaves().await;
    stops(server);
    succeeds(&directory, &format!("backup copy.db {DATABASE}"));

    let elsewhere = "--database sqlite://new/folder/y.db";
    succeeds(&directory, &format!("restore copy.db {elsewhere}"));
    let names: Vec<_> = files_in(&directory.path().join("new/folder"));
    assert_eq!(names.len(), 3, "the database, its lock and its watermark: {names:?}");
    let server = starts(&directory, &format!("--listen 127.0.0.1:0 {elsewhere}"));
    let mut bob = connects(&server, "Bob").await;
    assert_eq!(bodies_of(&bob.subscribes("lobby").await.events), ["kept"]);
    stops(server);
}

#[tokio::test]
async fn a_log_that_is_left_without_its_database_is_not_read_with_the_restored_one() {
    let directory = TempDir::new().unwrap();
    let server = starts(&directory, SERVE);
    let mut ann = connects(&server, "Ann").await;
    ann.subscribes("lobby").await;
    ann.publishes("kept").await;
    succeeds(&directory, &format!("backup copy.db {DATABASE}"));
    ann.publishes("lost").await;
    signal(server.child.id(), "KILL");
    wait_for_exit(server.child);
    fs::write(directory.path().join("x.db"), "").unwrap();
    let log = fs::read(directory.path().join("x.db-wal")).unwrap();
    assert!(!log.is_empty());

    succeeds(&directory, &format!("restore copy.db {DATABASE}"));
    assert!(!directory.path().join("x.db-wal").exists());
    let is_kept = files_in(directory.path()).iter().any(|file| {
        file.to_str().unwrap().ends_with("Z-wal") && fs::read(file).is_ok_and(|kept| kept == log)
    });
    assert!(is_kept, "{:?}", files_in(directory.path()));
    let server = starts(&directory, SERVE);
    let mut bob = connects(&server, "Bob").await;
    assert_eq!(bodies_of(&bob.subscribes("lobby").await.events), ["kept"]);
    stops(server);
}

#[test]
fn a_backup_never_replaces_a_file_and_a_wrong_file_is_not_restored() {
    let directory = TempDir::new().unwrap();
    succeeds(&directory, &format!("migrate up {DATABASE}"));
    fs::write(directory.path().join("taken"), "mine").unwrap();
    fs::write(directory.path().join("text"), "this is no database, however long".repeat(100)).unwrap();
    fs::write(directory.path().join("empty"), "").unwrap();
    let before = fs::read(directory.path().join("x.db")).unwrap();
    for (command, names) in [
        ("backup taken", "taken exists"),
        ("backup no/folder/copy.db", "no/folder"),
        ("backup ..", "exists"),
        ("restore missing.db", "missing.db"),
        ("restore text", "not a database"),
        ("restore empty", "no database of Chorus"),
        ("restore x.db", "is the database itself"),
    ] {
        let line = line_of_failure(&runs(&directory, &format!("{command} {DATABASE}")));
        assert!(line.contains(names), "{command}: {line}");
    }
    for command in ["backup copy.db", "restore taken"] {
        let line =
            line_of_failure(&runs(&directory, &format!("{command} --database mysql://root:hunter2@db/x")));
        assert!(line.contains("mysql") && !line.contains("hunter2"), "{line}");
    }
    let missing = line_of_failure(&runs(&directory, "backup copy.db --database sqlite://missing.db"));
    assert!(missing.contains("missing.db"), "{missing}");
    assert!(!directory.path().join("missing.db").exists(), "a backup creates no database");
    let failed = line_of_failure(&runs(&directory, "restore text --database sqlite://missing.db"));
    assert!(failed.contains("not a database"), "{failed}");
    assert!(!directory.path().join("missing.db").exists(), "a restore that fails leaves no database");
    assert_eq!(fs::read(directory.path().join("taken")).unwrap(), b"mine");
    assert_eq!(fs::read(directory.path().join("x.db")).unwrap(), before);
    let left: Vec<_> = files_in(directory.path()).into_iter().filter(|file| is_partial(file)).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn is_partial(file: &Path) -> bool {
    file.to_str().unwrap().contains(".part")
}

#[test]
fn postgres_is_backed_up_by_its_own_programs() {
    let directory = TempDir::new().unwrap();
    let database = "--database postgres://me:hunter2@db.example/chat";
    for (command, names) in [
        ("backup chat.dump", "pg_dump --host=db.example --port=5432 --dbname=chat --username=me "),
        ("restore chat.dump", "pg_restore --host=db.example --port=5432 --dbname=chat --username=me "),
    ] {
        let line = line_of_failure(&runs(&directory, &format!("{command} {database}")));
        assert!(line.contains(names) && line.contains("chat.dump"), "{line}");
        assert!(!line.contains("hunter2"), "{line}");
    }
}

#[test]
fn an_interrupted_backup_is_complete_or_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    succeeds(&directory, &format!("migrate up {DATABASE}"));
    for round in 0..10 {
        let mut command = chorus(&directory, &format!("backup {round}.db {DATABASE}"));
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        signal(child.id(), "INT");
        let is_done = wait_for_exit(child).status.success();
        let file = directory.path().join(format!("{round}.db"));
        assert_eq!(file.exists(), is_done, "round {round}");
        // A signal before the program listens for it ends the program at once, before it has created anything.
        assert!(!files_in(directory.path()).iter().any(|file| is_partial(file)), "round {round}");
    }
}
