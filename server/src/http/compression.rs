//! Compression of dynamic responses. Static files are compressed by the build (`assets`), and event streams are not compressed, so that
//! each event leaves at once.
//!
//! Compressed bodies contain no secret that an eavesdropper could guess from their length (BREACH): a session's token is only in its
//! cookie, and a page's nonce is used once.

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody},
    http::{StatusCode, header::CONTENT_ENCODING},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use tokio::{sync::Semaphore, task::yield_now};
use tower_http::{CompressionLevel, compression::CompressionLayer};
use tracing::error;

use crate::accept::ResponseBytes;

/// Of up to 11 for Brotli and 9 for gzip. A higher level costs a page more time than its smaller size saves.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);

/// Compresses with the coding that the client prefers among ours (RFC 9110, section 12.5.3).
pub(crate) fn layer() -> CompressionLayer {
    CompressionLayer::new().quality(LEVEL)
}

/// Limits how many responses are compressed at the same time; others wait with their uncompressed bodies.
static COMPRESSION_PERMITS: Semaphore = Semaphore::const_new(2);
/// The number of body chunks that are compressed before the task yields to others.
const CHUNKS_PER_YIELD: usize = 8;

/// Compresses a response completely before its first byte is sent. A Brotli encoder holds about 2 MB besides its input, and a slow
/// client would otherwise hold both for as long as it reads.
pub(crate) async fn compress_before_sending<B>(response: Response<B>) -> Response
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let response = response.map(Body::new);
    let is_empty = response.extensions().get().is_none_or(|ResponseBytes(bytes)| *bytes == 0);
    if is_empty || !response.headers().contains_key(CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let _permit = COMPRESSION_PERMITS.acquire().await;
    match collect(body).await {
        Ok(bytes) => {
            parts.extensions.insert(ResponseBytes(bytes.len()));
            Response::from_parts(parts, Body::from(bytes))
        }
        Err(error) => {
            error!(%error, "http.compression_failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn collect(body: Body) -> Result<Vec<u8>, axum::Error> {
    let mut collected = Vec::new();
    let mut chunks = body.into_data_stream().enumerate();
    while let Some((n, chunk)) = chunks.next().await {
        collected.extend_from_slice(&chunk?);
        if n % CHUNKS_PER_YIELD == CHUNKS_PER_YIELD - 1 {
            yield_now().await;
        }
    }
    collected.shrink_to_fit();
    Ok(collected)
}
