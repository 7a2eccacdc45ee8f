//! Signals, and what the program prints around them.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    thread,
    time::Duration,
};

use server::shutdown::is_hangup_ignored;
use tempfile::TempDir;

use crate::support::{
    Browser,
    program::{Started, signal, starts, text, wait_for_exit},
};

#[tokio::test]
async fn it_prints_its_address_and_shuts_down_cleanly_on_a_signal() {
    let directory = TempDir::new().unwrap();
    for name in ["TERM", "INT", "HUP"] {
        // Under nohup the test runner, and so the program, ignores SIGHUP.
        if name == "HUP" && is_hangup_ignored() {
            continue;
        }
        let Started { child, mut stdout, address } = starts(&directory, "--listen 127.0.0.1:0");
        assert_ne!(address.port(), 0);
        assert_eq!(Browser::new(address).gets("/readyz").await.status, 200);
        signal(child.id(), name);
        let output = wait_for_exit(child);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "one line and no more");
    }
    assert!(directory.path().join("data/chorus.db").exists(), "the default database is in data/");
}

/// Starts a request without its body, and returns once the handler waits for the body.
fn begins_a_request(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(&stream).read_line(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 100 "), "{answer}");
    stream
}

#[test]
fn an_unfinished_request_does_not_fail_the_shutdown() {
    let directory = TempDir::new().unwrap();
    let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0 --shutdown-seconds 4");
    let _unfinished = begins_a_request(address);
    signal(child.id(), "TERM");
    let output = wait_for_exit(child);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn signals_that_come_together_count_as_one() {
    let directory = TempDir::new().unwrap();
    let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0 --shutdown-seconds 4");
    let _unfinished = begins_a_request(address);
    // One shell sends both, with nothing in between that a busy machine could delay.
    let both = format!("kill -TERM {0}; kill -INT {0}", child.id());
    assert!(Command::new("sh").args(["-c", &both]).status().unwrap().success());
    let output = wait_for_exit(child);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_second_signal_stops_it_immediately_with_a_notice() {
    let directory = TempDir::new().unwrap();
    let Started { mut child, address, .. } =
        starts(&directory, "--listen 127.0.0.1:0 --shutdown-seconds 3600");
    let _unfinished = begins_a_request(address);
    let ended = (0..100).any(|_| {
        signal(child.id(), "TERM");
        thread::sleep(Duration::from_millis(100));
        child.try_wait().unwrap().is_some()
    });
    assert!(ended);
    let output = wait_for_exit(child);
    assert_eq!((output.status.code(), text(&output.stderr).contains("ended at once")), (Some(1), true));
}

#[test]
fn it_shuts_down_cleanly_with_a_closed_log_pipe() {
    let directory = TempDir::new().unwrap();
    let Started { mut child, stdout, .. } = starts(&directory, "--listen 127.0.0.1:0");
    drop((child.stderr.take(), stdout));
    signal(child.id(), "TERM");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
}
