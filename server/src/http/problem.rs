//! Answers that say what happened and what to do: plain text, which [`in_words`] makes a page of.

use app::i18n::{Language, Refusals};
use axum::{
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::error;

use super::{language::language_of, notice::notice};

/// A request that could not be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem {
    status: StatusCode,
    why: fn(&Refusals) -> &'static str,
}

impl Problem {
    /// A form that another site's page posted.
    pub(super) fn foreign() -> Self {
        Self { status: StatusCode::FORBIDDEN, why: |words| words.foreign }
    }

    /// A form that could not be read, and the status that says why.
    pub(super) fn of_form(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self { status, why: |words| words.too_long },
            _ => Self { status, why: |words| words.unreadable },
        }
    }
}

/// The database does not answer.
pub(crate) fn unavailable() -> Problem {
    Problem { status: StatusCode::SERVICE_UNAVAILABLE, why: |words| words.unavailable }
}

/// A handler panicked; what it said is in the log.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    error!("http.panicked");
    let message = "Something went wrong here, and it is not your fault. Try again; if it stays, tell who runs the server.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = (self.why)(Language::En.refusals());
        let mut response = (self.status, format!("{text}\n")).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware: a [`Problem`] is told on a page in the reader's language.
pub(crate) async fn in_words(request: Request, next: Next) -> Response {
    let language = language_of(request.headers());
    let response = next.run(request).await;
    let Some(Problem { status, why }) = response.extensions().get::<Problem>().copied() else {
        return response;
    };
    let words = language.refusals();
    let mut page = notice(status, language, words.not_done, why(words));
    for cookie in response.headers().get_all(header::SET_COOKIE) {
        page.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    page
}
