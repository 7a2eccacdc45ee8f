//! Path parameters of pages.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

/// The parameters of a page's path, or `None` when they are not valid UTF-8: no page has such an address. [`axum::extract::Path`] would
/// answer with English text.
pub(crate) struct PageParams<T>(pub(super) Option<T>);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PageParams<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(parameters)| parameters)))
    }
}
