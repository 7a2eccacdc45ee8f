//! Answers that are made when they are asked for, smaller on the wire. The page's files are compressed when they are built
//! (`assets`), and a stream of events is left as it is: each of them leaves at once.
//!
//! What is compressed holds nothing that an eavesdropper could guess at by its length (BREACH): a session's secret is in its
//! cookie alone, and a page's nonce is used once.

use tower_http::{CompressionLevel, compression::CompressionLayer};

/// Brotli's levels go to 11, and gzip's to 9: beyond this one, a page costs more time than its bytes do.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);

/// The coding that the client prefers, where it is one of ours (RFC 9110, section 12.5.3).
pub(crate) fn layer() -> CompressionLayer {
    CompressionLayer::new().quality(LEVEL)
}
