//! Form bodies of page requests.

use axum::{
    Form,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
};
use serde::de::DeserializeOwned;

use super::page_error::PageError;

/// The largest form body.
pub(crate) const MAX_FORM_BYTES: usize = 256 * 1_024;

/// Like [`axum::Form`], but rejects an unreadable form with a [`PageError`], which is shown in the reader's language.
pub(crate) struct PageForm<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for PageForm<T> {
    type Rejection = PageError;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, PageError> {
        normalize_media_type(request.headers_mut());
        let form = Form::<T>::from_request(request, state).await;
        form.map(|Form(fields)| Self(fields)).map_err(|error| PageError::invalid_form(error.status()))
    }
}

/// Media types are compared without regard to case (RFC 9110, section 8.3.1); [`Form`] knows lower case only.
fn normalize_media_type(headers: &mut HeaderMap) {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let lower = value.and_then(|value| HeaderValue::try_from(value.to_ascii_lowercase()).ok());
    if let Some(lower) = lower {
        headers.insert(CONTENT_TYPE, lower);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use axum::body::Body;

    use super::*;

    #[tokio::test]
    async fn media_types_are_compared_without_regard_to_case() {
        for media_type in
            ["Application/X-WWW-Form-URLEncoded; Charset=UTF-8", "application/x-www-form-urlencoded"]
        {
            let request = Request::post("/")
                .header(CONTENT_TYPE, media_type)
                .body(Body::from("title=Tea+Time"))
                .unwrap();
            let Ok(PageForm(fields)) = PageForm::<HashMap<String, String>>::from_request(request, &()).await
            else {
                panic!("{media_type} is a form");
            };
            assert_eq!(fields["title"], "Tea Time");
        }
    }
}
