//! Starting before PostgreSQL does.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
};

use tempfile::TempDir;

use crate::support::program::{Started, chorus, signal, text, wait_for_exit, wait_until_ready};

/// Reserves a port without listening on it, so that connections to it are refused.
fn reserved_port() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// Starts it with the address of a PostgreSQL that is not running, and returns once it has printed that it waits.
fn waits(directory: &TempDir, database: &testing::TestDatabase, seconds: u32, port: SocketAddr) -> Child {
    let (before, _) = database.url().split_once("?host=").unwrap();
    let name = before.rsplit('/').next().unwrap();
    let arguments = format!(
        "--listen 127.0.0.1:0 --database-wait-seconds {seconds} --database postgres://chorus@{port}/{name}?sslmode=disable"
    );
    let mut command = chorus(directory, &arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("database.waiting") && line.contains(&port.to_string()), "{line}");
    child.stderr = Some(stderr.into_inner());
    child
}

#[test]
fn it_waits_for_a_postgres_that_starts_later() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let (socket, port) = reserved_port();
    let child = waits(&directory, &database, 60, port);
    socket.listen(16).unwrap();
    let _network = testing::Proxy::start_on(&database, socket.into());
    let Started { child, .. } = wait_until_ready(child);
    signal(child.id(), "TERM");
    let output = wait_for_exit(child);
    let err = text(&output.stderr);
    assert_eq!((output.status.code(), err.contains("database.waiting")), (Some(0), false), "once: {err}");
}

#[test]
fn waiting_for_postgres_ends_at_its_timeout_and_on_a_signal() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let (_socket, port) = reserved_port();
    let output = wait_for_exit(waits(&directory, &database, 1, port));
    let err = text(&output.stderr);
    assert_eq!((output.status.code(), err.lines().count()), (Some(1), 1), "{err}");
    assert!(err.starts_with("chorus: ") && err.contains(&port.to_string()), "{err}");
    let child = waits(&directory, &database, 60, port);
    signal(child.id(), "TERM");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
}
