//! TCP connections on which an attack can break the protocol's rules.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// The address that attacks come from.
const ATTACKER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// The attacker's receive buffer in bytes: small, so that the server soon cannot send to a client that does not read.
const RECEIVE_BUFFER_BYTES: u32 = 4_096;
/// Clients must mask their frames (RFC 6455, section 5.3). A mask of zeros leaves the payload as it is.
const MASK: [u8; 4] = [0; 4];

/// Connects from the attacker's address with a small receive buffer.
pub(crate) async fn connect(server: SocketAddr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES).ok()?;
    socket.bind((ATTACKER, 0).into()).ok()?;
    socket.connect(server).await.ok()
}

/// Sends a request and reads the status of the response.
pub(crate) async fn request_status(stream: &mut TcpStream, request: &str) -> Option<u16> {
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.ok()?;
    std::str::from_utf8(&head[9..]).ok()?.parse().ok()
}

/// Reads the head of a response.
pub(crate) async fn response_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// Formats a request with a `Host` header.
pub(crate) fn request(server: SocketAddr, line: &str, rest: &str) -> String {
    format!("{line} HTTP/1.1\r\nHost: {server}\r\n{rest}\r\n")
}

/// Connects, upgrades to a WebSocket of `chorus.v1` and sends `hello`.
pub(crate) async fn web_socket(server: SocketAddr) -> Option<TcpStream> {
    let mut stream = connect(server).await?;
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chorus.v1\r\n";
    let status = request_status(&mut stream, &request(server, "GET /chat", upgrade)).await?;
    stream.write_all(&frame(0x81, br#"{"type":"hello","version":1}"#)).await.ok()?;
    (status == 101).then_some(stream)
}

/// Encodes a frame (RFC 6455, section 5.2). `first` is its first byte: the FIN bit and the opcode.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        len @ 0..126 => frame.push(0x80 | len as u8),
        len => {
            frame.push(0x80 | 126);
            frame.extend((len as u16).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(payload);
    frame
}
