//! Only one process may use a SQLite file at a time.

use std::{
    io::{BufRead, BufReader},
    os::unix::fs::symlink,
    process::{Child, Stdio},
};

use tempfile::TempDir;

use crate::support::program::{Started, chorus, runs, signal, starts, text, wait_for_exit};

const SERVE: &str = "--listen 127.0.0.1:0 --database sqlite://x.db";

/// Expects a second process to fail with one line of error.
fn expect_refusal(directory: &TempDir, arguments: &str) {
    let output = runs(directory, arguments);
    let line = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{arguments}: {line}");
    assert!(line.starts_with("chorus: ") && line.contains("in use"), "{arguments}: {line}");
    assert_eq!(line.lines().count(), 1, "{arguments}: {line}");
}

#[test]
fn a_second_process_on_a_sqlite_file_is_refused_by_every_path_to_it() {
    let directory = TempDir::new().unwrap();
    symlink(directory.path().join("x.db"), directory.path().join("link.db")).unwrap();
    std::fs::create_dir(directory.path().join("folder")).unwrap();
    let first = starts(&directory, "--listen 127.0.0.1:0 --database sqlite://link.db");
    for name in ["x.db", "link.db", "folder/../x.db", "./x.db"] {
        expect_refusal(&directory, &format!("--listen 127.0.0.1:0 --database sqlite://{name}"));
    }
    expect_refusal(
        &directory,
        &format!("--listen 127.0.0.1:0 --database sqlite:{}/x.db", directory.path().display()),
    );
    for command in ["migrate up", "migrate down", "new-epoch", "topic remove lobby", "vacuum"] {
        expect_refusal(&directory, &format!("{command} --database sqlite://x.db"));
    }
    let status = runs(&directory, "migrate status --database sqlite://x.db");
    assert_eq!(status.status.code(), Some(0), "looking is harmless: {}", text(&status.stderr));
    signal(first.child.id(), "TERM");
    assert_eq!(wait_for_exit(first.child).status.code(), Some(0));
}

#[test]
fn the_lock_is_released_however_the_process_ends() {
    let directory = TempDir::new().unwrap();
    for name in ["KILL", "TERM", "KILL"] {
        let Started { child, .. } = starts(&directory, SERVE);
        assert!(directory.path().join("x.db.lock").exists());
        signal(child.id(), name);
        wait_for_exit(child);
    }
    let output = runs(&directory, "new-epoch --database sqlite://x.db");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn one_of_several_concurrent_starts_serves_and_the_others_fail_with_a_reason() {
    for _ in 0..3 {
        let directory = TempDir::new().unwrap();
        let start =
            || chorus(&directory, SERVE).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut started: Vec<Child> = (0..3).map(|_| start()).collect();
        let refused = |child: &mut Child| child.try_wait().unwrap().is_some();
        // The serving process does not end by itself, so two ended ones are all that will end.
        while started.iter_mut().filter_map(|child| refused(child).then_some(())).count() < 2 {
            std::thread::yield_now();
        }
        let (ended, mut serving): (Vec<_>, Vec<_>) =
            started.into_iter().map(|mut child| (refused(&mut child), child)).partition(|(ended, _)| *ended);
        let (_, mut server) = serving.pop().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("Chorus is ready"), "{line}");
        signal(server.id(), "KILL");
        wait_for_exit(server);
        for (_, child) in ended {
            let output = wait_for_exit(child);
            let line = text(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{line}");
            assert!(line.contains("in use") && line.lines().count() == 1, "{line}");
        }
    }
}
