//! Certificates in files, and encrypted streams between two sockets.

use std::{
    future::poll_fn,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use clap::Parser;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use socket2::SockRef;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{TlsConnector, client};

use super::*;
use crate::config::{Cli, Command};

const HEAD_BYTES: usize = 32_768;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

fn certificate(certificate: &Path, key: &Path) -> Result<Certificate, CertificateError> {
    let line = [Path::new("chorus"), "--tls-cert".as_ref(), certificate, "--tls-key".as_ref(), key];
    let Command::Serve(settings) = Cli::try_parse_from(line).unwrap().into_command() else {
        panic!("it serves")
    };
    Certificate::of(&settings).map(|certificate| certificate.expect("the settings name one"))
}

fn fixed(name: &str) -> Certificate {
    certificate(&fixture(&format!("{name}.pem")), &fixture(&format!("{name}.key"))).unwrap()
}

/// A client that trusts this certificate alone.
fn connector(name: &str) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(fixture(&format!("{name}.pem"))).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Returns both ends of a connection.
async fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    (listener.accept().await.unwrap().0, client)
}

/// Returns both ends of an encrypted connection, of which the client has sent a byte.
async fn encrypted(tls: &Tls) -> (TlsStream, client::TlsStream<TcpStream>) {
    let (server, client) = sockets().await;
    let mut server = tls.accept(server, TlsPort::default());
    let connecting = async {
        let name = ServerName::try_from("localhost").unwrap();
        let mut client = connector("first").connect(name, client).await.unwrap();
        client.write_all(b"x").await.unwrap();
        client.flush().await.unwrap();
        client
    };
    let (client, read) = tokio::join!(connecting, server.read_u8());
    assert_eq!(read.unwrap(), b'x');
    (server, client)
}

#[test]
fn keys_of_each_form_are_read() {
    for (chain, key) in
        [("first.pem", "first.key"), ("first.pem", "first-sec1.key"), ("second.pem", "second.key")]
    {
        certificate(&fixture(chain), &fixture(key)).unwrap();
    }
}

#[test]
fn the_end_of_a_certificate_is_read() {
    let expired = certificate(&fixture("expired.pem"), &fixture("first.key")).unwrap();
    for (certificate, end) in
        [(fixed("first"), "2119-12-08T00:00:00.000Z"), (expired, "2021-01-01T00:00:00.000Z")]
    {
        assert_eq!(certificate.expiry().unwrap().to_string(), end);
    }
    let tls = Tls::new(fixed("first"), HEAD_BYTES).unwrap();
    assert_eq!(tls.expiry(), fixed("first").expiry());
}

#[test]
fn a_wrong_file_is_named() {
    let folder = TempDir::new().unwrap();
    let odd = folder.path().join("odd.pem");
    std::fs::write(&odd, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let pem = fixture("first.pem");
    let key = fixture("first.key");
    let missing = folder.path().join("missing");
    for (certificate_file, key_file, says) in [
        (&missing, &key, "tls-cert: cannot read"),
        (&pem, &missing, "tls-key: cannot read"),
        (&key, &key, "first.key has no certificate in PEM"),
        (&pem, &pem, "first.pem has no private key in PEM"),
        (&pem, &fixture("second.key"), "second.key is not that of the first certificate in"),
        (&odd, &key, "cannot be used"),
    ] {
        let message = certificate(certificate_file, key_file).unwrap_err().to_string();
        assert!(message.contains(says), "{message}");
    }
}

#[tokio::test]
async fn new_connections_have_the_new_certificate() {
    let tls = Tls::new(fixed("second"), HEAD_BYTES).unwrap();
    tls.replace(fixed("first"));
    encrypted(&tls).await;
}

#[tokio::test]
async fn a_writer_that_does_not_wait_is_told_when_the_socket_is_full() {
    let tls = Tls::new(fixed("first"), HEAD_BYTES).unwrap();
    let (server, mut client) = encrypted(&tls).await;
    SockRef::from(server.tcp()).set_send_buffer_size(64 * 1_024).unwrap();
    let sent: Vec<u8> = (0..4_000_000_u32).map(|n| (n % 251) as u8).collect();
    let mut written = 0;
    while let Ok(bytes) = server.try_write(&sent[written..]) {
        written += bytes;
        assert!(written < sent.len(), "no socket takes all of it");
    }
    assert_eq!(server.try_flush().unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(server.kept_bytes(), 16 * 1_024);
    let writing = async {
        while written < sent.len() {
            match server.try_write(&sent[written..]) {
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => server.writable().await.unwrap(),
                Err(error) => panic!("{error}"),
            }
        }
        while server.try_flush().is_err() {
            server.writable().await.unwrap();
        }
    };
    let mut received = vec![0; sent.len()];
    let (read, ()) = tokio::join!(client.read_exact(&mut received), writing);
    read.unwrap();
    assert!(received == sent);
    assert_eq!(server.kept_bytes(), 0);
    drop(server);
    assert_eq!(client.read(&mut received).await.unwrap(), 0, "the end is announced");
}

#[tokio::test]
async fn decrypted_bytes_that_are_left_make_the_stream_ready() {
    let tls = Tls::new(fixed("first"), HEAD_BYTES).unwrap();
    let (server, mut client) = encrypted(&tls).await;
    let sent = [7; 10_000];
    client.write_all(&sent).await.unwrap();
    client.flush().await.unwrap();
    let mut received = Vec::new();
    while received.len() < sent.len() {
        poll_fn(|cx| server.poll_read_ready(cx)).await.unwrap();
        let mut buffer = [0; 999];
        match server.try_read(&mut buffer) {
            Ok(bytes) => received.extend_from_slice(&buffer[..bytes]),
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    }
    assert_eq!(received, sent);
}

/// A record of the largest size, with the beginning of a ClientHello of 60 KB (RFC 8446, sections 4 and 5.1).
fn endless_hello() -> Vec<u8> {
    let mut record = vec![22, 3, 1, 0x40, 0, 1, 0, 0xea, 0x60];
    record.resize(5 + 0x4000, 0);
    record
}

#[tokio::test]
async fn a_handshake_has_at_most_the_bytes_of_a_head() {
    for (max_bytes, kind) in [(HEAD_BYTES, ErrorKind::UnexpectedEof), (8_192, ErrorKind::InvalidData)] {
        let tls = Tls::new(fixed("first"), max_bytes).unwrap();
        let (server, mut client) = sockets().await;
        let mut server = tls.accept(server, TlsPort::default());
        client.write_all(&endless_hello()).await.unwrap();
        client.shutdown().await.unwrap();
        assert_eq!(server.read_u8().await.unwrap_err().kind(), kind, "{max_bytes}");
    }
}

#[tokio::test]
async fn http_without_tls_is_read_as_it_came() {
    let tls = Tls::new(fixed("first"), HEAD_BYTES).unwrap();
    let (server, mut client) = sockets().await;
    let port = TlsPort::default();
    let mut server = tls.accept(server, port.clone());
    client.write_all(b"GET /").await.unwrap();
    let mut received = [0; 5];
    server.read_exact(&mut received).await.unwrap();
    assert_eq!(&received, b"GET /");
    assert!(port.is_plain());
    server.write_all(b"no").await.unwrap();
    let mut answer = [0; 2];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"no");
}
