//! Answers that say what happened and what to do, as plain text.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

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

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, format!("{}\n", self.message)).into_response()
    }
}
