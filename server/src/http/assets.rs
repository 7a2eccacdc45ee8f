//! The page's files: inside the executable in release builds, from the disk in debug builds.

use app::Assets;
use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::random::hex;

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
#[exclude = "*.ts*"]
struct Site;

/// Their names carry a hash of their content.
const HASHED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Their names do not: asked for again, but sent again only when changed.
const NAMED: HeaderValue = HeaderValue::from_static("no-cache");

/// Compressed forms by preference: the ending of the file, and its name as a coding (RFC 9110, section 8.4.1).
const CODINGS: [(&str, &str); 2] = [(".br", "br"), (".gz", "gzip")];

/// The addresses of the page's script, WebAssembly and style sheet, if they were built.
pub(crate) fn page_assets() -> Option<Assets> {
    let address = |ending: &str| {
        let ours = |path: &str| path.starts_with("pkg/chorus.") && path.ends_with(ending);
        let path = Site::iter().filter(|path| ours(path)).max_by_key(|path| {
            // While developing, older builds lie around; the newest is the one.
            Site::get(path).and_then(|file| file.metadata.last_modified())
        })?;
        Some(format!("/{path}"))
    };
    Some(Assets { js: address(".js")?, wasm: address(".wasm")?, css: address(".css")? })
}

/// `GET /pkg/{*path}`: files with a hash in their name.
pub(crate) async fn hashed(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&format!("pkg/{path}"), &headers, HASHED)
}

/// `GET /favicon.svg` and its like.
pub(crate) async fn favicon(headers: HeaderMap) -> Response {
    serve("favicon.svg", &headers, NAMED)
}

fn serve(path: &str, headers: &HeaderMap, cache: HeaderValue) -> Response {
    let Some(plain) = Site::get(path) else {
        return (StatusCode::NOT_FOUND, "No such file.\n").into_response();
    };
    let etag = format!("\"{}\"", &hex(&plain.metadata.sha256_hash())[..32]);
    let Ok(etag) = HeaderValue::try_from(etag) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let coded = CODINGS.iter().filter(|(_, coding)| accepts(accepted, coding));
    let coded = coded
        .filter_map(|(ending, coding)| Some((Site::get(&format!("{path}{ending}"))?, Some(*coding))))
        .next();
    let unchanged = headers.get(header::IF_NONE_MATCH) == Some(&etag);
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let media_type = plain.metadata.mimetype().to_owned();
        file(coded.unwrap_or((plain, None)), &media_type)
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, cache);
    headers.insert(header::ETAG, etag);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn file((file, coding): (EmbeddedFile, Option<&'static str>), media_type: &str) -> Response {
    let mut response = Response::new(Body::from(file.data));
    if let Ok(media_type) = HeaderValue::try_from(media_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    }
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// Whether an `Accept-Encoding` takes a coding (RFC 9110, section 12.5.3): named, or by `*`, and not with `q=0`.
fn accepts(header: &str, coding: &str) -> bool {
    let quality = |name: &str| {
        header.split(',').find_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|part| part.eq_ignore_ascii_case(name));
            let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            named.then(|| quality.map_or(1.0, |q| q.parse().unwrap_or(0.0)))
        })
    };
    quality(coding).or_else(|| quality("*")).is_some_and(|q: f32| q > 0.0)
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn a_coding_is_taken_when_named_and_not_refused() {
        for header in ["br", "gzip, deflate, br", "BR;q=0.5", "*", "gzip;q=0, *"] {
            assert!(accepts(header, "br"), "{header:?}");
        }
        for header in ["", "gzip", "br;q=0", "*;q=0", "brotli", "br;q=0, *"] {
            assert!(!accepts(header, "br"), "{header:?}");
        }
    }
}
