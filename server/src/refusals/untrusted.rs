//! Text of a client as a log or an answer shows it.

use axum::http::{HeaderMap, header};

/// Characters of a header that are shown.
const MAX_HEADER_CHARS: usize = 200;

/// Returns the origin that the request names.
pub(crate) fn shown_origin(headers: &HeaderMap) -> String {
    shown(headers, header::ORIGIN.as_str())
}

/// Returns the host that a trusted proxy reports, or else that of the request.
pub(crate) fn shown_host(headers: &HeaderMap) -> String {
    let reported = headers.contains_key("x-forwarded-host");
    shown(headers, if reported { "x-forwarded-host" } else { header::HOST.as_str() })
}

/// Returns the beginning of a header, with other characters than printable ones escaped. It is empty if there is no such header.
fn shown(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let start: String = value.unwrap_or_default().chars().take(MAX_HEADER_CHARS).collect();
    start.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_header_is_cut_and_has_no_control_characters() {
        let text = format!("a\tb\u{202e}{}", "c".repeat(1_000));
        let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([(header::ORIGIN, value)]);
        let origin = shown_origin(&headers);
        assert!(origin.starts_with("a\\tb\\u{202e}ccc") && origin.len() < 250, "{origin}");
        assert_eq!(shown_host(&headers), "");
        let bytes = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_bytes(b"\xff").unwrap())]);
        assert_eq!(shown_origin(&bytes), "\u{fffd}");
    }
}
