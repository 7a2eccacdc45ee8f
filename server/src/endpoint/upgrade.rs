//! A request that is to become a WebSocket: RFC 6455, section 4.2. Afterwards the line is ours alone.

use std::io;

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use sha1::{Digest, Sha1};
use tokio::net::TcpStream;

use crate::accept::{Place, Transport};

/// What a key is joined with to show that it was understood (section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A request that may be upgraded.
pub(super) struct Upgrade {
    on_upgrade: OnUpgrade,
    accept: HeaderValue,
    protocols: Vec<String>,
}

/// Why a request cannot be upgraded.
#[derive(Debug, Clone, Copy)]
pub(super) enum NoUpgrade {
    /// It asks for something else.
    Other,
    /// It speaks another version.
    Version,
    /// It has no key, or one that is no 16 bytes.
    Key,
}

impl IntoResponse for NoUpgrade {
    fn into_response(self) -> Response {
        match self {
            Self::Other => {
                let message = "This is a WebSocket endpoint: connect with a WebSocket client.\n";
                let upgrade = [(header::UPGRADE, "websocket")];
                (StatusCode::UPGRADE_REQUIRED, upgrade, message).into_response()
            }
            Self::Version => {
                let message = "Only version 13 of WebSocket is spoken here.\n";
                let version = [(header::SEC_WEBSOCKET_VERSION, "13")];
                (StatusCode::UPGRADE_REQUIRED, version, message).into_response()
            }
            Self::Key => (StatusCode::BAD_REQUEST, "Sec-WebSocket-Key: 16 bytes as base64 are needed.\n")
                .into_response(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = NoUpgrade;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoUpgrade> {
        let headers = &parts.headers;
        let asks =
            has(headers, &header::CONNECTION, "upgrade") && has(headers, &header::UPGRADE, "websocket");
        if parts.method != Method::GET || !asks {
            return Err(NoUpgrade::Other);
        }
        if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            return Err(NoUpgrade::Version);
        }
        let accept = headers.get(header::SEC_WEBSOCKET_KEY).and_then(accept_of).ok_or(NoUpgrade::Key)?;
        let protocols = tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect();
        let on_upgrade = parts.extensions.remove::<OnUpgrade>().ok_or(NoUpgrade::Other)?;
        Ok(Self { on_upgrade, accept, protocols })
    }
}

impl Upgrade {
    /// The subprotocols that are asked for, in the order of preference.
    pub(super) fn protocols(&self) -> &[String] {
        &self.protocols
    }

    /// The answer, and what becomes the line once it was sent.
    pub(super) fn accept(self, protocol: Option<&'static str>) -> (Response, Upgraded) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        if let Some(protocol) = protocol {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
        }
        (response, Upgraded(self.on_upgrade))
    }
}

/// A line that is about to be ours.
pub(super) struct Upgraded(OnUpgrade);

impl Upgraded {
    /// The bare connection, what has come on it already, and its place among the open ones.
    pub(super) async fn line(self) -> io::Result<(TcpStream, Bytes, Place)> {
        let upgraded = self.0.await.map_err(io::Error::other)?;
        let other = |_| io::Error::other("not a connection of accept::Server");
        let parts = upgraded.downcast::<Transport>().map_err(other)?;
        let (stream, mut place) = parts.io.into_parts();
        place.becomes_lasting();
        Ok((stream, parts.read_buf, place))
    }
}

/// The proof for a key; none for what is no key.
fn accept_of(key: &HeaderValue) -> Option<HeaderValue> {
    let nonce = BASE64_STANDARD.decode(key.as_bytes()).ok()?;
    let digest = Sha1::new().chain_update(key.as_bytes()).chain_update(GUID).finalize();
    (nonce.len() == 16).then(|| HeaderValue::try_from(BASE64_STANDARD.encode(digest)).ok()).flatten()
}

fn has(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|given| given.eq_ignore_ascii_case(token))
}

fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_is_answered_as_there() {
        let key = HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept_of(&key).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        for wrong in ["", "x", "dGhlIHNhbXBsZSBub25jZQ", "AAAA"] {
            assert_eq!(accept_of(&HeaderValue::from_static(wrong)), None, "{wrong}");
        }
    }
}
