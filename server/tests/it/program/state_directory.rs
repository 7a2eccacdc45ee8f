//! The database in a state directory.

use std::fs;

use tempfile::TempDir;

use crate::support::program::{Started, chorus, is_ready, signal, wait_for_exit};

fn serves(directory: &TempDir, arguments: &str) {
    let mut command = chorus(directory, &format!("--listen 127.0.0.1:0 {arguments}"));
    let Started { child, .. } = is_ready(command.env("STATE_DIRECTORY", directory.path().join("state")));
    signal(child.id(), "TERM");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
}

#[test]
fn the_default_database_is_in_the_state_directory() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("chorus.toml"), "database = \"sqlite://named.db\"\n").unwrap();
    serves(&directory, "--config chorus.toml");
    assert!(directory.path().join("named.db").exists() && !directory.path().join("state").exists());
    serves(&directory, "");
    assert!(directory.path().join("state/chorus.db").exists());
    assert!(!directory.path().join("data").exists());
}

#[test]
fn a_database_at_the_former_place_stays_in_use() {
    let directory = TempDir::new().unwrap();
    fs::create_dir(directory.path().join("data")).unwrap();
    fs::write(directory.path().join("data/chorus.db"), "").unwrap();
    serves(&directory, "");
    assert!(!directory.path().join("state").exists());
    assert!(fs::metadata(directory.path().join("data/chorus.db")).unwrap().len() > 0);
}
