//! Error responses of the API: the protocol's error codes, each with its HTTP status.

use app::protocol::{ErrorCode, TextError};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use tracing::error;

use super::response::json;
use crate::{
    chat::{SearchFailure, SubscribeError, text_error_code},
    endpoint::Rejection,
    event_log::{AppendError, QueryError, UNAVAILABLE_RETRY_MS},
    members::MemberError,
    rights::{ChangeError, Denied},
};

/// The body of an error response.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Problem {
    #[serde(skip)]
    status: StatusCode,
    code: ProblemCode,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_ms: Option<u64>,
}

/// An error code of the protocol, or one that only the HTTP API has.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(untagged)]
enum ProblemCode {
    Protocol(ErrorCode),
    Http(&'static str),
}

/// The result of a handler.
pub(super) type ApiResult = Result<Response, Problem>;

impl Problem {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            status: status_of(code),
            code: ProblemCode::Protocol(code),
            message: message.into(),
            retry_ms: None,
        }
    }

    pub(in crate::http) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }

    pub(super) fn not_found(message: &str) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    pub(super) fn no_topic() -> Self {
        Self::not_found("there is no such topic")
    }

    pub(super) fn method_not_allowed() -> Self {
        let message = "the method is not allowed for this path; the `Allow` header lists the allowed ones";
        Self::http(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
    }

    pub(in crate::http) fn too_fast(retry_ms: u64) -> Self {
        Self { retry_ms: Some(retry_ms), ..Self::new(ErrorCode::Rate, "too many requests; slow down") }
    }

    pub(super) fn unavailable(message: impl Into<String>) -> Self {
        Self { retry_ms: Some(UNAVAILABLE_RETRY_MS), ..Self::new(ErrorCode::Unavailable, message) }
    }

    /// The database did not answer. Its error is logged and not sent.
    pub(super) fn of_store(error: &dyn std::error::Error) -> Self {
        error!(%error, "api.unavailable");
        Self::unavailable("the server cannot reach its database; try again later")
    }

    /// A handler panicked. The panic's own message is in the log already.
    pub(super) fn of_panic() -> Self {
        error!("api.panicked");
        let message = "the server failed to handle this request; try again, and tell its operator if it keeps happening";
        Self::http(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    pub(super) fn no_access() -> Self {
        let message = "this server requires its access secret: send `Authorization: Bearer SECRET`";
        Self::http(StatusCode::UNAUTHORIZED, "no_access", message)
    }

    pub(super) fn no_session() -> Self {
        let message = "this request needs a session: POST /api/v1/session once, and send the cookie from its response with each request";
        Self::http(StatusCode::UNAUTHORIZED, "no_session", message)
    }

    pub(super) fn foreign_origin(message: &str) -> Self {
        Self::http(StatusCode::FORBIDDEN, "foreign_origin", message)
    }

    pub(in crate::http) fn misdirected(message: &str) -> Self {
        Self::http(StatusCode::MISDIRECTED_REQUEST, "misdirected", message)
    }

    #[cfg(test)]
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    fn http(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self { status, code: ProblemCode::Http(code), message: message.to_owned(), retry_ms: None }
    }
}

fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::BadRequest | ErrorCode::UnknownType => StatusCode::BAD_REQUEST,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::Blank | ErrorCode::BadText => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::TooManyTopics => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Conflict | ErrorCode::Stale | ErrorCode::TooManyReactions | ErrorCode::Exists => {
            StatusCode::CONFLICT
        }
        ErrorCode::NoSession => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden | ErrorCode::Banned | ErrorCode::Muted => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Rate | ErrorCode::TooManySubscriptions => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::DiskAlmostFull => {
                Self { status: StatusCode::INSUFFICIENT_STORAGE, ..Self::unavailable(error.to_string()) }
            }
            AppendError::TooManyNewTopics { retry_ms } => Self {
                status: StatusCode::TOO_MANY_REQUESTS,
                retry_ms: Some(retry_ms),
                ..Self::new(error.code(), error.to_string())
            },
            _ => Self { retry_ms: error.retry_ms(), ..Self::new(error.code(), error.to_string()) },
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Self::new(denied.code(), denied.to_string())
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Denied(denied) => denied.into(),
            ChangeError::LastOwner | ChangeError::UsedCode | ChangeError::TooManyNetworks => {
                Self::new(ErrorCode::Forbidden, error.to_string())
            }
            ChangeError::Unavailable(error) => Self::of_store(&error),
        }
    }
}

impl From<SubscribeError> for Problem {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::Denied(denied) => denied.into(),
            SubscribeError::Unreadable(error) => Self::of_store(&error),
        }
    }
}

impl From<MemberError> for Problem {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Unavailable(error) => Self::of_store(&*error),
            _ => Self::new(error.code(), error.to_string()),
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<SearchFailure> for Problem {
    fn from(error: SearchFailure) -> Self {
        if let SearchFailure::Unreadable(cause) = &error {
            error!(%cause, "api.unavailable");
        }
        Self { retry_ms: Some(error.retry_ms()), ..Self::new(error.code(), error.to_string()) }
    }
}

impl From<TextError> for Problem {
    fn from(error: TextError) -> Self {
        Self::new(text_error_code(error), error.to_string())
    }
}

impl From<Rejection> for Problem {
    fn from(Rejection { status, message }: Rejection) -> Self {
        match status {
            StatusCode::FORBIDDEN => Self::foreign_origin(&message),
            StatusCode::TOO_MANY_REQUESTS => Self::new(ErrorCode::Rate, message),
            _ => Self::unavailable(message),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // `Retry-After` has whole seconds. `retry_ms` is rounded up to the same time, so that it does not matter which one a client uses.
        let seconds = self.retry_ms.map(|retry_ms| retry_ms.div_ceil(1_000).max(1));
        let problem = Self { retry_ms: seconds.map(|seconds| seconds * 1_000), ..self };
        let mut response = json(problem.status, &problem);
        let headers = response.headers_mut();
        if let Some(seconds) = seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if problem.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
