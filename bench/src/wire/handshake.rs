//! The HTTP before the frames.

use base64::{Engine, engine::general_purpose::STANDARD};
use memchr::memmem;
use sha1::{Digest, Sha1};

/// The key of the standard's example: a server must answer it like any other.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A client's request. A subprotocol is asked for by its name.
pub fn request(host: &str, path: &str, subprotocol: Option<&str>) -> Vec<u8> {
    let protocol = subprotocol.map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n")).unwrap_or_default();
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{protocol}\r\n"
    )
    .into_bytes()
}

/// How long the head at the start of `bytes` is, once all of it is there.
pub fn head(bytes: &[u8]) -> Option<usize> {
    memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

/// Whether a server's head lets the client in.
pub fn lets_in(head: &[u8]) -> bool {
    head.starts_with(b"HTTP/1.1 101 ")
}

/// A server's answer to a client's head; none when it asks for no WebSocket.
pub fn answer(head: &str) -> Option<String> {
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.trim())
    })?;
    Some(format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        accept(key)
    ))
}

fn accept(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_key_gets_the_standards_answer() {
        let request = String::from_utf8(request("localhost", "/", None)).unwrap();
        assert!(answer(&request).unwrap().contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
        assert_eq!(answer("GET / HTTP/1.1\r\n\r\n"), None);
    }

    #[test]
    fn a_head_ends_where_the_frames_begin() {
        let bytes = b"HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n\x81\x00";
        let end = head(bytes).unwrap();
        assert_eq!(&bytes[end..], b"\x81\x00");
        assert!(lets_in(&bytes[..end]));
        assert!(!lets_in(b"HTTP/1.1 503 Service Unavailable\r\n\r\n"));
        assert_eq!(head(b"HTTP/1.1 101 Switching Protocols\r\n"), None);
    }
}
