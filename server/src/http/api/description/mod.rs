//! Machine-readable descriptions of the API and the WebSocket frames, generated from the types that the server reads and writes.

mod document;
mod operation;
mod operations;
mod schemas;

use std::sync::LazyLock;

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::headers::{ETag, HeaderMapExt};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::input::{ApiQuery, NoFields};
use crate::{
    http::preconditions::{client_has_current, content_etag},
    request_context::RequestContext,
};

/// A document and its `ETag`, both constant while the server runs.
struct Document {
    text: String,
    etag: Option<ETag>,
}

impl Document {
    fn new(value: &Value) -> Self {
        let text = value.to_string() + "\n";
        let etag = content_etag(&Sha256::digest(&text));
        Self { text, etag }
    }

    /// Clients revalidate the document each time; it is sent again only when a new version of the server has changed it.
    fn respond(&'static self, headers: &HeaderMap, media_type: &'static str) -> Response {
        let cached = self.etag.as_ref().is_some_and(|etag| client_has_current(headers, etag, None));
        let mut response = if cached {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], self.text.as_str())
                .into_response()
        };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Some(etag) = self.etag.clone() {
            response.headers_mut().typed_insert(etag);
        }
        response
    }
}

/// `GET /api/v1/openapi.json`
pub(super) async fn openapi(_: ApiQuery<NoFields>, headers: HeaderMap) -> Response {
    static OPENAPI: LazyLock<Document> = LazyLock::new(|| Document::new(&document::openapi("/")));
    // The same text below every path.
    static BELOW_A_PATH: LazyLock<Document> = LazyLock::new(|| Document::new(&document::openapi("../..")));
    let document = if RequestContext::base_path().is_root() { &OPENAPI } else { &BELOW_A_PATH };
    document.respond(&headers, "application/json")
}

/// `GET /api/v1/frames.schema.json`
pub(super) async fn frames(_: ApiQuery<NoFields>, headers: HeaderMap) -> Response {
    static FRAMES: LazyLock<Document> = LazyLock::new(|| Document::new(&document::frames()));
    FRAMES.respond(&headers, "application/schema+json")
}

#[cfg(test)]
mod tests;
