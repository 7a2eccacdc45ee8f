//! The public base URL of the server, for absolute links.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{origin::own_origin, public_url::PublicUrl, state::AppState};

/// `scheme://host[:port][/path]`: the setting `public-url`, or else the origin that the request was sent to.
pub(crate) struct BaseUrl(pub(crate) String);

impl FromRequestParts<AppState> for BaseUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let public_url = state.settings.public_url.as_ref();
        Ok(Self(public_url.map_or_else(|| own_origin(&parts.headers), PublicUrl::to_string)))
    }
}
