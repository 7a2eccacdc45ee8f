//! What is known of somebody who asks for a connection, and the answer no.

use std::net::IpAddr;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::session::Session;

/// What is known before the upgrade.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Their HTTP session, if they hold one.
    pub session: Option<Session>,
    /// The address that counts for limits.
    pub address: IpAddr,
    /// The bearer token they gave.
    pub bearer: Option<String>,
    /// The subprotocol that was agreed on; none when they asked for none.
    pub protocol: Option<&'static str>,
    /// The query string's `topic`.
    pub topic: Option<String>,
}

/// A connection is refused, with an HTTP status and a line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What happened and what to do.
    pub message: String,
}

impl Refusal {
    /// A refusal with a status and a line for people.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, format!("{}\n", self.message)).into_response()
    }
}
