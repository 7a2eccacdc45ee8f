//! The page's files: inside the executable in release builds, from the disk in debug builds.

use std::{borrow::Cow, sync::OnceLock};

use app::Assets;
use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::security_headers::WORKER_POLICY;
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

/// The files that each split-off part of the WebAssembly is in, without their endings, as in the manifest of `cargo leptos --split`.
#[derive(Default, serde::Deserialize)]
struct Parts {
    later: Vec<String>,
    pages: Vec<String>,
}

/// Whether they may change under a server that runs: while one develops.
pub(crate) fn may_change() -> bool {
    cfg!(debug_assertions)
}

/// The addresses of the page's scripts, WebAssembly and style sheet, if they were built.
pub(crate) fn page_assets() -> Option<Assets> {
    static BUILT_IN: OnceLock<Option<Assets>> = OnceLock::new();
    if may_change() { find_assets() } else { BUILT_IN.get_or_init(find_assets).clone() }
}

fn find_assets() -> Option<Assets> {
    let address = |begin: &str, ending: &str| newest(begin, ending).map(|path| format!("/{path}"));
    let addresses = |names: Vec<String>| names.into_iter().map(|name| format!("/pkg/{name}.wasm")).collect();
    let Parts { later, pages } = find_parts().unwrap_or_default();
    Some(Assets {
        js: address("chorus.", ".js")?,
        wasm: address("chorus.", ".wasm")?,
        css: address("chorus.", ".css")?,
        loader: address("__wasm_split.", ".js"),
        later: addresses(later),
        pages: addresses(pages),
    })
}

/// Reads the manifest of the parts. `None` after a build without parts, which writes none.
fn find_parts() -> Option<Parts> {
    let manifest = Site::get(&newest("__wasm_split_manifest.", ".json")?)?;
    serde_json::from_slice(&manifest.data).ok()
}

/// The page's file of this name. While developing, older builds lie around; the newest is the one.
fn newest(begin: &str, ending: &str) -> Option<String> {
    let ours = |path: &str| {
        path.strip_prefix("pkg/").is_some_and(|name| name.starts_with(begin) && name.ends_with(ending))
    };
    let built = |path: &Cow<str>| Site::get(path).and_then(|file| file.metadata.last_modified());
    Site::iter().filter(|path| ours(path)).max_by_key(built).map(Cow::into_owned)
}

/// `GET /pkg/{*path}`: files with a hash in their name. They stand under `/anew` too: a browser has one instance of a module for each
/// address, and a page that has to begin again needs another one (`app/src/view/start.js`).
pub(crate) async fn hashed(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&format!("pkg/{path}"), &headers, HASHED)
}

/// `GET /favicon.svg` and its like: files under the name they have.
pub(crate) async fn named(uri: Uri, headers: HeaderMap) -> Response {
    serve(uri.path().trim_start_matches('/'), &headers, NAMED)
}

/// `GET /sw.js`: the service worker. Its answer's policy is the policy of all that it does.
pub(crate) async fn worker(headers: HeaderMap) -> Response {
    let mut response = serve("sw.js", &headers, NAMED);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, WORKER_POLICY);
    response
}

fn serve(path: &str, headers: &HeaderMap, cache: HeaderValue) -> Response {
    let Some(plain) = Site::get(path) else {
        return (StatusCode::NOT_FOUND, "No such file.\n").into_response();
    };
    let etag = format!("\"{}\"", &hex(&plain.metadata.sha256_hash())[..32]);
    let Ok(etag) = HeaderValue::try_from(etag) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let coded = CODINGS.iter().filter(|(_, coding)| accepts(headers, coding));
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

/// Whether a request takes a coding.
pub(super) fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    takes(accepted.unwrap_or_default(), coding)
}

/// Whether an `Accept-Encoding` takes a coding (RFC 9110, section 12.5.3): named, or by `*`, and not with `q=0`.
fn takes(header: &str, coding: &str) -> bool {
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
    use super::takes;

    #[test]
    fn a_coding_is_taken_when_named_and_not_refused() {
        for header in ["br", "gzip, deflate, br", "BR;q=0.5", "*", "gzip;q=0, *"] {
            assert!(takes(header, "br"), "{header:?}");
        }
        for header in ["", "gzip", "br;q=0", "*;q=0", "brotli", "br;q=0, *"] {
            assert!(!takes(header, "br"), "{header:?}");
        }
    }
}
