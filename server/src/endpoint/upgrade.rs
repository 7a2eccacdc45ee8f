//! The opening handshake of a WebSocket: RFC 6455, section 4.2.

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

use crate::{
    accept::{ConnectionSlot, HttpTransport, Stream},
    refusals::{self, RefusalCode},
};

/// Appended to the key before hashing (section 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Extracts a request that asks for an upgrade to WebSocket.
pub(super) struct Upgrade {
    on_upgrade: OnUpgrade,
    accept: HeaderValue,
    protocols: Vec<String>,
}

/// Rejects a request that cannot be upgraded.
#[derive(Debug, Clone, Copy)]
pub(super) enum UpgradeRejection {
    /// It does not ask for a WebSocket.
    NotWebSocket,
    /// It asks for another version of the protocol.
    Version,
    /// It has no key, or one that does not decode to 16 bytes.
    Key,
}

impl IntoResponse for UpgradeRejection {
    fn into_response(self) -> Response {
        refusals::record(RefusalCode::BadHandshake, self.reason());
        match self {
            Self::NotWebSocket => {
                let message = "This is a WebSocket endpoint: connect with a WebSocket client.\n";
                let upgrade = [(header::UPGRADE, "websocket")];
                (StatusCode::UPGRADE_REQUIRED, upgrade, message).into_response()
            }
            Self::Version => {
                let message = "Only version 13 of WebSocket is supported.\n";
                let version = [(header::SEC_WEBSOCKET_VERSION, "13")];
                (StatusCode::UPGRADE_REQUIRED, version, message).into_response()
            }
            Self::Key => (StatusCode::BAD_REQUEST, "Sec-WebSocket-Key: 16 bytes as base64 are needed.\n")
                .into_response(),
        }
    }
}

impl UpgradeRejection {
    fn reason(self) -> &'static str {
        match self {
            Self::NotWebSocket => "no upgrade to WebSocket; a proxy must pass on Upgrade and Connection",
            Self::Version => "not version 13 of WebSocket",
            Self::Key => "no valid Sec-WebSocket-Key",
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = UpgradeRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, UpgradeRejection> {
        let headers = &parts.headers;
        let wants_websocket = has_token(headers, &header::CONNECTION, "upgrade")
            && has_token(headers, &header::UPGRADE, "websocket");
        if parts.method != Method::GET || !wants_websocket {
            return Err(UpgradeRejection::NotWebSocket);
        }
        if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            return Err(UpgradeRejection::Version);
        }
        let accept =
            headers.get(header::SEC_WEBSOCKET_KEY).and_then(accept_key).ok_or(UpgradeRejection::Key)?;
        let protocols = tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect();
        let on_upgrade = parts.extensions.remove::<OnUpgrade>().ok_or(UpgradeRejection::NotWebSocket)?;
        Ok(Self { on_upgrade, accept, protocols })
    }
}

impl Upgrade {
    /// Returns the subprotocols that the client supports, in the order of its preference.
    pub(super) fn protocols(&self) -> &[String] {
        &self.protocols
    }

    /// Returns the response, and the connection as it will be once the response was sent.
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

/// A connection whose upgrade is under way.
pub(super) struct Upgraded(OnUpgrade);

impl Upgraded {
    /// Waits for the upgrade. Returns the stream, the bytes that were read from it beyond the request, and its slot.
    pub(super) async fn into_stream(self) -> io::Result<(Stream, Bytes, ConnectionSlot)> {
        let upgraded = self.0.await.map_err(io::Error::other)?;
        let other = |_| io::Error::other("not a connection of accept::HttpServer");
        let parts = upgraded.downcast::<HttpTransport>().map_err(other)?;
        let (stream, mut slot) = parts.io.into_parts();
        slot.mark_long_lived();
        Ok((stream, parts.read_buf, slot))
    }
}

/// Computes `Sec-WebSocket-Accept`. Returns `None` for an invalid key.
fn accept_key(key: &HeaderValue) -> Option<HeaderValue> {
    let nonce = BASE64_STANDARD.decode(key.as_bytes()).ok()?;
    let digest = Sha1::new().chain_update(key.as_bytes()).chain_update(GUID).finalize();
    (nonce.len() == 16).then(|| HeaderValue::try_from(BASE64_STANDARD.encode(digest)).ok()).flatten()
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|value| value.eq_ignore_ascii_case(token))
}

fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_has_the_accept_value_given_there() {
        let key = HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept_key(&key).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        for wrong in ["", "x", "dGhlIHNhbXBsZSBub25jZQ", "AAAA"] {
            assert_eq!(accept_key(&HeaderValue::from_static(wrong)), None, "{wrong}");
        }
    }
}
