//! A system clock that shows impossible times while the server runs (libfaketime).

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::support::{
    Browser,
    program::{Started, chorus, is_ready, signal, text, wait_for_exit},
};

/// The library that gives a process another time, or a notice where it is not installed.
fn clock_library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let mut found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    let library = found.find(|library| library.is_file());
    if library.is_none() {
        let _ =
            std::io::stderr().write_all(b"SKIPPED: libfaketime is not installed, so no clock was wrong\n");
    }
    library
}

/// Moves the clock from now on. The file is replaced, since the program may read it at any moment.
fn set_clock(file: &Path, offset: &str) {
    let new = file.with_extension("new");
    fs::write(&new, format!("{offset}\n")).unwrap();
    fs::rename(&new, file).unwrap();
}

#[tokio::test]
async fn a_clock_without_http_dates_refuses_requests_until_it_is_right_again() {
    let Some(library) = clock_library() else { return };
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("clock");
    set_clock(&file, "+0d");
    let mut command = chorus(&directory, "--listen 127.0.0.1:0");
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &file);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("NO_FAKE_STAT", "1");
    let Started { child, address, .. } = is_ready(&mut command);
    // A browser of its own each time: one that has connected keeps its connection.
    let asks = async || Browser::new(address).gets("/readyz").await;
    let kept = Browser::new(address);
    let mut member = kept.connects(Some("Ann")).await;
    member.subscribes("lobby").await;
    for offset in ["-70y", "+8000y"] {
        assert_eq!(kept.gets("/readyz").await.status, 200);
        set_clock(&file, offset);
        let answer = asks().await;
        assert_eq!((answer.status, answer.text.contains("clock")), (503, true), "{offset}");
        member.publishes(offset).await;
        set_clock(&file, "+0d");
        assert_eq!(asks().await.status, 200, "after {offset}");
    }
    drop(member);
    signal(child.id(), "TERM");
    let output = wait_for_exit(child);
    let log = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!(log.matches("clock.wrong").count(), 1, "{log}");
    assert!(!log.contains("panicked"), "{log}");
}
