//! Errors of page requests. A handler answers with plain English text; the [`localize`] middleware replaces it by a small page in the
//! reader's language, since only it sees the request's headers.

use app::i18n::{FormErrorTexts, Language};
use axum::{
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::error;

use super::{page_context::Presentation, small_page::message_page};

/// A request that failed, with its status and its message in each language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageError {
    status: StatusCode,
    message: fn(&FormErrorTexts) -> &'static str,
}

impl PageError {
    /// A form that another site's page posted (CSRF).
    pub(super) fn cross_origin() -> Self {
        Self { status: StatusCode::FORBIDDEN, message: |words| words.foreign_origin }
    }

    /// A form whose body axum rejected with `status`.
    pub(super) fn invalid_form(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Self { status, message: |words| words.too_long },
            _ => Self { status, message: |words| words.unreadable },
        }
    }
}

/// The database does not answer.
pub(crate) fn unavailable() -> PageError {
    PageError { status: StatusCode::SERVICE_UNAVAILABLE, message: |words| words.unavailable }
}

/// Answers 500 after a handler panicked. The panic's own message is in the log already.
pub(crate) fn handle_panic(_: Box<dyn std::any::Any + Send>) -> Response {
    error!("http.panicked");
    PageError { status: StatusCode::INTERNAL_SERVER_ERROR, message: |words| words.server_fault }
        .into_response()
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let text = (self.message)(Language::En.form_errors());
        let mut response = (self.status, format!("{text}\n")).into_response();
        // `localize` finds the error there.
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware: replaces a [`PageError`] response by a page in the reader's language.
pub(crate) async fn localize(request: Request, next: Next) -> Response {
    let presentation = Presentation::of(request.headers());
    let response = next.run(request).await;
    let Some(PageError { status, message }) = response.extensions().get::<PageError>().copied() else {
        return response;
    };
    let words = presentation.language.form_errors();
    let mut page = message_page(status, presentation, words.failed, message(words));
    // The session middleware inside this one may have set a cookie, which the new response must keep.
    for cookie in response.headers().get_all(header::SET_COOKIE) {
        page.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    page
}
