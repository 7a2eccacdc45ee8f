//! Answers that say what happened and what to do, as plain text.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tracing::error;

/// A request that could not be done.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    message: &'static str,
}

impl Problem {
    pub(crate) fn forbidden(message: &'static str) -> Self {
        Self { status: StatusCode::FORBIDDEN, message }
    }
}

/// The database does not answer.
pub(crate) fn unavailable() -> Problem {
    let message = "The server cannot reach its database just now. Try again in a moment.";
    Problem { status: StatusCode::SERVICE_UNAVAILABLE, message }
}

/// A handler panicked; what it said is in the log.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    error!("http.panicked");
    let message = "Something went wrong here, and it is not your fault. Try again; if it stays, tell who runs the server.";
    Problem { status: StatusCode::INTERNAL_SERVER_ERROR, message }.into_response()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, format!("{}\n", self.message)).into_response()
    }
}
