//! The address that the outside knows this server by.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{origin::own_origin, router::AppState};

/// `scheme://host[:port]`: the setting, or else as the request was made.
pub(crate) struct Base(pub(crate) String);

impl FromRequestParts<AppState> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let set = state.settings.public_url.clone();
        Ok(Self(set.unwrap_or_else(|| own_origin(&parts.headers))))
    }
}
