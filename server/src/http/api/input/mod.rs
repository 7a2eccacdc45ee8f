//! The fields of a request: the one place where queries and bodies are read.
//!
//! A field that the request does not have is refused, since a misspelt one (`reply_too`) would otherwise do something else
//! than its caller meant. Each refusal names the field and what it takes, in our own words.

mod cursor;
mod field_error;
mod fields;
mod limit;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded;

use self::{
    field_error::FieldError,
    fields::{Fields, Value},
};
use super::problem::Problem;
use app::protocol::ErrorCode;
pub(super) use cursor::Cursor;
pub(super) use limit::Limit;

/// The fields of a request's query.
pub(super) struct ApiQuery<T>(pub(super) T);

/// The fields of a request's body, a JSON object whatever `Content-Type` says. An empty body has no fields.
pub(super) struct ApiJson<T>(pub(super) T);

/// The query or the body of a request that takes none.
#[derive(Deserialize)]
pub(super) struct NoFields {}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let fields = pairs.map(|(name, text)| (name.into_owned(), Value::Text(text.into_owned())));
        Ok(Self(read(Fields(fields.collect()))?))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ErrorCode::TooLarge, "the request is too long"),
                _ => Problem::bad_request("the request's body did not arrive whole"),
            })?;
        Ok(Self(read(object(&bytes)?)?))
    }
}

fn object(bytes: &[u8]) -> Result<Fields, Problem> {
    if bytes.is_empty() {
        return Ok(Fields(Vec::new()));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::bad_request(if error.is_data() {
            "the body must be a JSON object".to_owned()
        } else {
            format!("the body is not JSON: see line {}, column {}", error.line(), error.column())
        })
    })
}

fn read<T: DeserializeOwned>(fields: Fields) -> Result<T, Problem> {
    T::deserialize(fields).map_err(|fault: FieldError| Problem::bad_request(fault.to_string()))
}

#[cfg(test)]
mod tests;
