//! Starting before PostgreSQL does, or while it fails.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
};

use tempfile::TempDir;
use testing::{Freeze, PgBouncer, Postgres, Proxy, TestDatabase};

use crate::support::program::{Started, chorus, signal, text, wait_for_exit, wait_until_ready};

/// Reserves a port without listening on it, so that connections to it are refused.
fn reserved_port() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// Starts it with the address of a PostgreSQL that is not running, and returns once it has printed that it waits.
fn waits(directory: &TempDir, database: &TestDatabase, seconds: u32, port: SocketAddr) -> Child {
    let name = name_of(database);
    let arguments = format!(
        "--database-wait-seconds {seconds} --database postgres://chorus@{port}/{name}?sslmode=disable"
    );
    prints_that_it_waits(starts(directory, &arguments), &port.to_string())
}

fn name_of(database: &TestDatabase) -> &str {
    let (before, _) = database.url().split_once("?host=").unwrap();
    before.rsplit('/').next().unwrap()
}

fn starts(directory: &TempDir, arguments: &str) -> Child {
    let mut command = chorus(directory, &format!("--listen 127.0.0.1:0 {arguments}"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Returns once it has printed that it waits, and why.
fn prints_that_it_waits(mut child: Child, reason: &str) -> Child {
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("database.waiting") && line.contains(reason), "{line}");
    child.stderr = Some(stderr.into_inner());
    child
}

/// Waits until it is ready, ends it, and asserts that it has not printed again that it waits.
fn starts_after_all(child: Child) {
    let Started { child, .. } = wait_until_ready(child);
    signal(child.id(), "TERM");
    let output = wait_for_exit(child);
    let err = text(&output.stderr);
    assert_eq!((output.status.code(), err.contains("database.waiting")), (Some(0), false), "once: {err}");
}

#[test]
fn it_waits_for_a_postgres_that_starts_later() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let (socket, port) = reserved_port();
    let child = waits(&directory, &database, 60, port);
    socket.listen(16).unwrap();
    let _network = Proxy::start_on(&database, socket.into());
    starts_after_all(child);
}

#[test]
fn it_waits_for_a_standby_that_is_promoted_later() {
    if testing::find_postgres().is_none() {
        return;
    }
    let postgres = Postgres::start();
    let database = postgres.replicated_database();
    postgres.start_standby();
    postgres.lead_to_standby();
    let directory = TempDir::new().unwrap();
    let child = starts(&directory, &format!("--database {}", database.url()));
    let child = prints_that_it_waits(child, "read-only transaction");
    postgres.promote();
    starts_after_all(child);
}

/// PgBouncer has a code of its own for a server that closes the connection in the middle of a transaction.
#[test]
fn it_waits_for_a_server_that_crashes_behind_a_pooler() {
    let Some(database) = testing::postgres() else { return };
    let network = Proxy::start(&database);
    let address = network.address();
    let host = address.ip();
    let port = address.port();
    let name = name_of(&database);
    let to_network = format!("[databases]\n{name} = host={host} port={port}");
    let Some(pooler) = PgBouncer::start(&database, &to_network) else { return };
    let pooled = pooler.database(&database);
    network.freeze_at_commit(Freeze::BeforeCommit);
    let directory = TempDir::new().unwrap();
    let direct_url = pooled.direct_url().unwrap();
    let mut child =
        starts(&directory, &format!("--database {} --database-direct-url {direct_url}", pooled.url()));
    while network.frozen() == 0 {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    network.disconnect();
    starts_after_all(prints_that_it_waits(child, "server conn crashed"));
}

#[test]
fn waiting_for_postgres_ends_at_its_timeout_and_on_a_signal() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let (_socket, port) = reserved_port();
    // Time for several tries, of which only the first is logged.
    let output = wait_for_exit(waits(&directory, &database, 2, port));
    let err = text(&output.stderr);
    assert_eq!((output.status.code(), err.lines().count()), (Some(1), 1), "{err}");
    assert!(err.starts_with("chorus: ") && err.contains(&port.to_string()), "{err}");
    let child = waits(&directory, &database, 60, port);
    signal(child.id(), "TERM");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
}
