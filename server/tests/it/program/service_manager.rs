//! The program as systemd starts it: messages of readiness, watchdog and stop.

use std::{os::unix::net::UnixDatagram, time::Duration};

use tempfile::TempDir;

use crate::support::program::{Started, chorus, is_ready, signal, text, wait_for_exit};

/// Binds the socket that the service manager reads.
fn listens(directory: &TempDir) -> UnixDatagram {
    let socket = UnixDatagram::bind(directory.path().join("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    socket
}

fn receives(socket: &UnixDatagram) -> String {
    let mut buffer = [0; 64];
    let length = socket.recv(&mut buffer).unwrap();
    text(&buffer[..length])
}

#[test]
fn the_service_manager_learns_of_readiness_and_stop() {
    let directory = TempDir::new().unwrap();
    let socket = listens(&directory);
    let mut command = chorus(&directory, "--listen 127.0.0.1:0");
    command.env("NOTIFY_SOCKET", directory.path().join("notify")).env_remove("WATCHDOG_USEC");
    let Started { child, .. } = is_ready(&mut command);
    assert_eq!(receives(&socket), "READY=1");
    signal(child.id(), "TERM");
    assert_eq!(receives(&socket), "STOPPING=1");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
}

#[test]
fn the_watchdog_is_fed_until_the_end() {
    let directory = TempDir::new().unwrap();
    let socket = listens(&directory);
    let mut command = chorus(&directory, "--listen 127.0.0.1:0");
    command.env("NOTIFY_SOCKET", directory.path().join("notify"));
    command.env("WATCHDOG_USEC", "200000").env_remove("WATCHDOG_PID");
    let Started { child, .. } = is_ready(&mut command);
    assert_eq!(receives(&socket), "READY=1");
    for _ in 0..3 {
        assert_eq!(receives(&socket), "WATCHDOG=1");
    }
    signal(child.id(), "TERM");
    while receives(&socket) != "STOPPING=1" {}
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
}

#[test]
fn a_service_manager_that_is_gone_is_no_reason_to_fail() {
    let directory = TempDir::new().unwrap();
    let mut command = chorus(&directory, "--listen 127.0.0.1:0");
    command.env("NOTIFY_SOCKET", directory.path().join("nobody"));
    let Started { child, .. } = is_ready(&mut command);
    signal(child.id(), "TERM");
    let ended = wait_for_exit(child);
    assert_eq!(ended.status.code(), Some(0));
    let log = text(&ended.stderr);
    assert!(log.contains("service_manager.not_notified"), "{log}");
}
