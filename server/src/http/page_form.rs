//! Form bodies of page requests.

use axum::{
    Form,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;

use super::page_error::PageError;

/// The largest form body.
pub(crate) const MAX_FORM_BYTES: usize = 256 * 1_024;

/// Like [`axum::Form`], but rejects an unreadable form with a [`PageError`], which is shown in the reader's language.
pub(crate) struct PageForm<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for PageForm<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let form = Form::<T>::from_request(request, state).await;
        form.map(|Form(fields)| Self(fields)).map_err(|error| PageError::invalid_form(error.status()))
    }
}
