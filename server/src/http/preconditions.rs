//! Preconditions of requests (RFC 9110, section 13): clients revalidate what they have cached.

use std::time::SystemTime;

use axum::http::HeaderMap;
use axum_extra::headers::{ETag, HeaderMapExt, IfModifiedSince, IfNoneMatch};

use crate::random::hex;

/// Returns whether the client has the current version already, which has this `ETag` and this time of its last change.
pub(super) fn client_has_current(headers: &HeaderMap, etag: &ETag, modified: Option<SystemTime>) -> bool {
    // `If-None-Match` wins over `If-Modified-Since` (section 13.2.2).
    if let Some(known) = headers.typed_get::<IfNoneMatch>() {
        return !known.precondition_passes(etag);
    }
    let since = headers.typed_get::<IfModifiedSince>();
    since.zip(modified).is_some_and(|(since, modified)| !since.is_modified(modified))
}

/// Returns the strong `ETag` of a content with this SHA-256 hash.
pub(super) fn content_etag(sha256: &[u8]) -> Option<ETag> {
    hex(sha256).get(..32).and_then(|hash| format!("\"{hash}\"").parse().ok())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::{HeaderName, HeaderValue, header};

    use super::*;

    fn caches(given: &[(HeaderName, &'static str)], etag: &str) -> bool {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let given = given.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        client_has_current(&HeaderMap::from_iter(given), &etag.parse().unwrap(), Some(moment))
    }

    #[test]
    fn tags_are_compared_weakly_and_may_be_a_list() {
        for known in ["\"e.7\"", "W/\"e.7\"", "W/\"x\", W/\"e.7\"", "\"x,y\",\"e.7\"", "*"] {
            for etag in ["\"e.7\"", "W/\"e.7\""] {
                assert!(caches(&[(header::IF_NONE_MATCH, known)], etag), "{known} {etag}");
            }
        }
        for known in ["\"e.6\"", "e.7", "\"e.7", ""] {
            assert!(!caches(&[(header::IF_NONE_MATCH, known)], "\"e.7\""), "{known}");
        }
    }

    #[test]
    fn a_date_counts_only_without_tags() {
        let since = |date| (header::IF_MODIFIED_SINCE, date);
        let moment = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert!(caches(&[since(moment)], "\"e.7\""));
        for given in [
            &[since("Sun, 06 Nov 1994 08:49:36 GMT")][..],
            &[since("yesterday")],
            &[since(moment), (header::IF_NONE_MATCH, "\"e.6\"")],
            &[],
        ] {
            assert!(!caches(given, "\"e.7\""), "{given:?}");
        }
    }
}
