//! Answers to requests of pages that are refused before a handler sees them. A form is returned with its text.

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    page_context::Presentation,
    page_error::unavailable,
    page_form::MAX_FORM_BYTES,
    posted_form::{FormRefusal, PostedForm},
    small_page::message_page,
};
use crate::refused_forms::RefusedForms;

/// Answers 429, or 503, with the form where [`RefusedForms`] allows it.
pub(super) async fn refuse(request: Request, forms: &RefusedForms, refusal: FormRefusal) -> Response {
    let presentation = Presentation::of(request.headers());
    match read_form(request, forms, refusal).await {
        Some(form) => returned(form, refusal, presentation),
        None => plain_refusal(refusal, presentation),
    }
}

/// Reads the form of a request, if it is to be returned.
async fn read_form(request: Request, forms: &RefusedForms, refusal: FormRefusal) -> Option<PostedForm> {
    let is_returned = match refusal {
        FormRefusal::TooManyRequests { .. } => forms.takes_token(&request),
        // The request was within the limits.
        FormRefusal::Unavailable => forms.is_of_own_page(request.headers()),
    };
    if !is_returned {
        return None;
    }
    PostedForm::read(request, forms.max_bytes().min(MAX_FORM_BYTES)).await.ok().flatten()
}

/// A 429 page. `retry_ms` is rounded up to whole seconds for `Retry-After`.
pub(super) fn too_many_requests(retry_ms: u64, presentation: Presentation) -> Response {
    let words = presentation.language.access();
    let page = message_page(StatusCode::TOO_MANY_REQUESTS, presentation, words.too_fast, words.too_fast_help);
    with_retry_after(page, FormRefusal::TooManyRequests { retry_ms })
}

/// The page that returns a form whose handler could not do its work.
pub(super) fn returned(form: PostedForm, refusal: FormRefusal, presentation: Presentation) -> Response {
    with_retry_after(form.page(refusal, presentation), refusal)
}

fn plain_refusal(refusal: FormRefusal, presentation: Presentation) -> Response {
    match refusal {
        FormRefusal::TooManyRequests { retry_ms } => too_many_requests(retry_ms, presentation),
        FormRefusal::Unavailable => unavailable().into_response(),
    }
}

fn with_retry_after(mut page: Response, refusal: FormRefusal) -> Response {
    if let FormRefusal::TooManyRequests { retry_ms } = refusal {
        page.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_ms.div_ceil(1_000).max(1)));
    }
    page
}
