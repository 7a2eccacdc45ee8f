//! A server that listens on a Unix socket, as a proxy on the same machine sees it.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Stdio,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, client::IntoClientRequest},
};

use crate::support::{
    program::{Program, chorus, runs, signal, text, wait_for_exit},
    soon,
};

const ARGUMENTS: &str = "--listen unix:chorus.sock --max-address-sockets 1";

/// Starts the program and waits until it is ready.
fn starts(directory: &TempDir) -> Program {
    let mut command = chorus(directory, ARGUMENTS);
    let mut child = Program::from(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "Chorus is ready: unix:chorus.sock\n");
    child
}

/// Requests a page by this name of the server. Returns the whole response.
async fn gets(socket: &Path, host: &str) -> String {
    let mut stream = UnixStream::connect(socket).await.unwrap();
    let request = format!(
        "GET /t/lobby HTTP/1.1\r\nhost: {host}\r\nx-forwarded-proto: https\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    soon("a response", stream.read_to_string(&mut response)).await.unwrap();
    response
}

/// Opens a WebSocket of a page of the chat, for a client at this address. Errors: the status.
async fn connects(socket: &Path, client: &str) -> Result<WebSocketStream<UnixStream>, u16> {
    let mut request = "ws://localhost/chat".into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("x-forwarded-for", client.parse().unwrap());
    headers.insert("origin", "https://localhost".parse().unwrap());
    let stream = UnixStream::connect(socket).await.unwrap();
    match soon("a handshake", client_async(request, stream)).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("no handshake: {error}"),
    }
}

#[tokio::test]
async fn a_proxy_reaches_pages_and_sockets_and_is_believed_about_addresses() {
    let directory = TempDir::new().unwrap();
    let socket = directory.path().join("chorus.sock");
    let child = starts(&directory);
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o660);

    let page = gets(&socket, "localhost").await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("__Host-chorus_session"), "{page}");

    let page = gets(&socket, "chat.example").await;
    assert!(page.starts_with("HTTP/1.1 421"), "no public URL names it: {page}");

    let open = connects(&socket, "203.0.113.1").await.unwrap();
    assert_eq!(connects(&socket, "6.6.6.6, 203.0.113.1").await.err(), Some(429));
    let other = connects(&socket, "203.0.113.2").await.unwrap();

    let mut stream = UnixStream::connect(&socket).await.unwrap();
    let request = "POST /t/lobby HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: cross-site\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut refused = String::new();
    soon("a refusal", stream.read_to_string(&mut refused)).await.unwrap();
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");

    let status = runs(&directory, "status --listen unix:chorus.sock");
    assert!(text(&status.stdout).starts_with("status: ready\n"), "{}", text(&status.stderr));

    let second = runs(&directory, "--database sqlite://other.db --listen unix:chorus.sock");
    assert!(text(&second.stderr).contains("cannot listen on unix:chorus.sock"), "{}", text(&second.stderr));
    assert!(socket.exists());

    drop((open, other));
    signal(child.id(), "TERM");
    let ended = wait_for_exit(child);
    assert_eq!(ended.status.code(), Some(0));
    assert!(!socket.exists());
    let log = text(&ended.stderr);
    assert!(log.contains(" listen=unix:chorus.sock "), "{log}");
    assert!(log.contains("request.refused code=foreign_origin address=unknown "), "{log}");
}

#[tokio::test]
async fn the_socket_of_a_killed_server_is_replaced() {
    let directory = TempDir::new().unwrap();
    let socket = directory.path().join("chorus.sock");
    let killed = starts(&directory);
    signal(killed.id(), "KILL");
    wait_for_exit(killed);
    assert!(socket.exists());

    let child = starts(&directory);
    connects(&socket, "203.0.113.1").await.unwrap();
    signal(child.id(), "TERM");
    wait_for_exit(child);
}
