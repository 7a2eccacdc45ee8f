//! The handshake as an endpoint sees it, and the rejection that answers it.

use std::net::IpAddr;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    refusals::{self, RefusalCode},
    session::Session,
};

/// The request that asks for a connection, before the upgrade.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The client's HTTP session, if it has one.
    pub session: Option<Session>,
    /// The client's address as limits count it.
    pub address: IpAddr,
    /// The bearer token of the `Authorization` header.
    pub bearer: Option<String>,
    /// The negotiated subprotocol; `None` when the client asked for none.
    pub protocol: Option<&'static str>,
    /// The parameter `topic` of the query string.
    pub topic: Option<String>,
}

/// Rejects a connection with an HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The response's status.
    pub status: StatusCode,
    /// The response's text: what happened, and what to do about it.
    pub message: String,
}

impl Rejection {
    /// Creates a rejection with a status and a text for people.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// Counts and logs the rejection of this client.
    pub(crate) fn record(&self, address: IpAddr) {
        refusals::record_from(address, self.code(), &self.message);
    }

    fn code(&self) -> RefusalCode {
        match self.status {
            StatusCode::UNAUTHORIZED => RefusalCode::NoAccess,
            StatusCode::TOO_MANY_REQUESTS => RefusalCode::AddressFull,
            StatusCode::SERVICE_UNAVAILABLE => RefusalCode::Unavailable,
            _ => RefusalCode::BadHandshake,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        (self.status, format!("{}\n", self.message)).into_response()
    }
}
