//! Answers to requests of pages that are refused before a handler sees them. A form is returned with its text.

use app::i18n::Language;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{
    language::language_of,
    page_error::unavailable,
    page_form::MAX_FORM_BYTES,
    posted_form::{FormRefusal, PostedForm},
    small_page::message_page,
};
use crate::{endpoint::client_ip, origin::AllowedOrigins, rate_limiter::IpRateLimiter};

/// Forms per second and address that are returned although the address exceeds a limit. Reading and rendering a form costs far more
/// than refusing it.
const RETURNED_PER_SECOND: u32 = 2;
const RETURNED_BURST: u32 = 20;

/// Room for the names of fields, and for fields besides the text.
const FORM_OVERHEAD_BYTES: usize = 4 * 1_024;

/// Chooses the refused forms that are returned with their text.
#[derive(Clone)]
pub(crate) struct RefusedForms {
    origins: AllowedOrigins,
    pub(crate) rate_limiter: IpRateLimiter,
    max_bytes: usize,
}

impl RefusedForms {
    /// `body_bytes` is the size of the largest message. A browser escapes each of its bytes as three.
    pub(crate) fn new(origins: AllowedOrigins, body_bytes: usize) -> Self {
        let max_bytes = body_bytes.saturating_mul(3).saturating_add(FORM_OVERHEAD_BYTES).min(MAX_FORM_BYTES);
        Self { origins, rate_limiter: IpRateLimiter::new(RETURNED_PER_SECOND, RETURNED_BURST), max_bytes }
    }

    /// Reads the form of a request, if it is to be returned. One of another site is not: the reader could then send it in their own
    /// name by one click.
    async fn read(&self, request: Request, refusal: FormRefusal) -> Option<PostedForm> {
        let is_returned = self.origins.allows_post(request.headers())
            && match refusal {
                FormRefusal::TooManyRequests { .. } => self.takes_token(&request),
                // The request was within the limits.
                FormRefusal::Unavailable => true,
            };
        if !is_returned {
            return None;
        }
        PostedForm::read(request, self.max_bytes).await.ok().flatten()
    }

    /// A script keeps its text itself, so only browsers take a token.
    fn takes_token(&self, request: &Request) -> bool {
        let address = client_ip(request.extensions(), request.headers());
        is_of_browser(request.headers()) && self.rate_limiter.take(address, Instant::now()).is_ok()
    }
}

fn is_of_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// Answers 429, or 503, with the form where [`RefusedForms`] allows it.
pub(super) async fn refuse(request: Request, forms: &RefusedForms, refusal: FormRefusal) -> Response {
    let language = language_of(request.headers());
    match forms.read(request, refusal).await {
        Some(form) => returned(form, refusal, language),
        None => plain_refusal(refusal, language),
    }
}

/// A 429 page. `retry_ms` is rounded up to whole seconds for `Retry-After`.
pub(super) fn too_many_requests(retry_ms: u64, language: Language) -> Response {
    let words = language.access();
    let page = message_page(StatusCode::TOO_MANY_REQUESTS, language, words.too_fast, words.too_fast_help);
    with_retry_after(page, FormRefusal::TooManyRequests { retry_ms })
}

/// The page that returns a form whose handler could not do its work.
pub(super) fn returned(form: PostedForm, refusal: FormRefusal, language: Language) -> Response {
    with_retry_after(form.page(refusal, language), refusal)
}

fn plain_refusal(refusal: FormRefusal, language: Language) -> Response {
    match refusal {
        FormRefusal::TooManyRequests { retry_ms } => too_many_requests(retry_ms, language),
        FormRefusal::Unavailable => unavailable().into_response(),
    }
}

fn with_retry_after(mut page: Response, refusal: FormRefusal) -> Response {
    if let FormRefusal::TooManyRequests { retry_ms } = refusal {
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_ms.div_ceil(1_000).max(1)));
    }
    page
}
