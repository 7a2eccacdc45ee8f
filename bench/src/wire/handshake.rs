//! The opening handshake over HTTP.

use base64::{Engine, engine::general_purpose::STANDARD};
use memchr::memmem;
use sha1::{Digest, Sha1};

/// The key of the example in RFC 6455, section 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Encodes a client's request.
pub fn request(host: &str, path: &str, subprotocol: Option<&str>) -> Vec<u8> {
    let protocol = subprotocol.map(|name| format!("Sec-WebSocket-Protocol: {name}\r\n")).unwrap_or_default();
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{protocol}\r\n"
    )
    .into_bytes()
}

/// Returns the length of the HTTP head at the start of `bytes`, or `None` until all of it has arrived.
pub fn head(bytes: &[u8]) -> Option<usize> {
    memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}

/// Whether the server's response accepts the upgrade.
pub fn is_accepted(head: &[u8]) -> bool {
    head.starts_with(b"HTTP/1.1 101 ")
}

/// Encodes the server's response. Returns `None` if the request has no WebSocket key.
pub fn response(head: &str) -> Option<String> {
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
        assert!(
            response(&request).unwrap().contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
        );
        assert_eq!(response("GET / HTTP/1.1\r\n\r\n"), None);
    }

    #[test]
    fn a_head_ends_where_the_frames_begin() {
        let bytes = b"HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n\x81\x00";
        let end = head(bytes).unwrap();
        assert_eq!(&bytes[end..], b"\x81\x00");
        assert!(is_accepted(&bytes[..end]));
        assert!(!is_accepted(b"HTTP/1.1 503 Service Unavailable\r\n\r\n"));
        assert_eq!(head(b"HTTP/1.1 101 Switching Protocols\r\n"), None);
    }
}
