//! Extractors for queries and JSON bodies; all API requests are parsed here.
//!
//! An unknown field is an error, since a misspelt one (`reply_too`) would otherwise be ignored silently. Each error names the field and
//! the form that it must have.

mod cursor;
mod fields;
mod limit;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded;

use self::fields::{FieldValue, Fields};
use super::problem::Problem;
use crate::field_error::FieldError;
use app::protocol::ErrorCode;
pub(super) use cursor::CursorParam;
pub(super) use limit::Limit;

/// The query of a request.
pub(super) struct ApiQuery<T>(pub(super) T);

/// The body of a request: a JSON object, whatever `Content-Type` says. An empty body is an object without fields.
pub(super) struct ApiJson<T>(pub(super) T);

/// The query or the body of a request that takes no fields.
#[derive(Deserialize)]
pub(super) struct NoFields {}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let fields = pairs.map(|(name, text)| (name.into_owned(), FieldValue::Text(text.into_owned())));
        Ok(Self(deserialize(Fields(fields.collect()))?))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Problem::new(ErrorCode::TooLarge, "the request body is too large")
                }
                _ => Problem::bad_request("the request body is incomplete"),
            })?;
        Ok(Self(deserialize(parse_object(&bytes)?)?))
    }
}

fn parse_object(bytes: &[u8]) -> Result<Fields, Problem> {
    if bytes.is_empty() {
        return Ok(Fields(Vec::new()));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        Problem::bad_request(if error.is_data() {
            "the body must be a JSON object".to_owned()
        } else {
            format!("the body is not valid JSON: see line {}, column {}", error.line(), error.column())
        })
    })
}

fn deserialize<T: DeserializeOwned>(fields: Fields) -> Result<T, Problem> {
    T::deserialize(fields).map_err(|error: FieldError| Problem::bad_request(error.to_string()))
}

#[cfg(test)]
mod tests;
