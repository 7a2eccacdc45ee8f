//! Answers that are made when they are asked for, smaller on the wire. The page's files are compressed when they are built
//! (`assets`), and a stream of events is left as it is: each of them leaves at once.
//!
//! What is compressed holds nothing that an eavesdropper could guess at by its length (BREACH): a session's secret is in its
//! cookie alone, and a page's nonce is used once.

use axum::{
    body::Body,
    http::{StatusCode, header::CONTENT_ENCODING},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use tokio::{sync::Semaphore, task::yield_now};
use tower_http::{CompressionLevel, compression::CompressionLayer};
use tracing::error;

use crate::accept::Weight;

/// Brotli's levels go to 11, and gzip's to 9: beyond this one, a page costs more time than its bytes do.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);

/// The coding that the client prefers, where it is one of ours (RFC 9110, section 12.5.3).
pub(crate) fn layer() -> CompressionLayer {
    CompressionLayer::new().quality(LEVEL)
}

/// Answers that are compressed at the same time; more wait, each with what it has to compress.
static COMPRESSING: Semaphore = Semaphore::const_new(2);
/// Parts of an answer that are compressed before other tasks have their turn.
const PARTS_AT_ONCE: usize = 8;

/// Compresses the whole of an answer before its first byte is sent. An encoder of Brotli holds some 2 MB, and what it has to
/// compress is held with it: a client that takes its time would hold both as long.
pub(crate) async fn whole(response: Response) -> Response {
    let is_empty = response.extensions().get().is_none_or(|Weight(bytes)| *bytes == 0);
    if is_empty || !response.headers().contains_key(CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let _permit = COMPRESSING.acquire().await;
    match gather(body).await {
        Ok(bytes) => {
            parts.extensions.insert(Weight(bytes.len()));
            Response::from_parts(parts, Body::from(bytes))
        }
        Err(error) => {
            error!(%error, "http.not_compressed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn gather(body: Body) -> Result<Vec<u8>, axum::Error> {
    let mut gathered = Vec::new();
    let mut parts = body.into_data_stream().enumerate();
    while let Some((n, part)) = parts.next().await {
        gathered.extend_from_slice(&part?);
        if n % PARTS_AT_ONCE == PARTS_AT_ONCE - 1 {
            yield_now().await;
        }
    }
    gathered.shrink_to_fit();
    Ok(gathered)
}
