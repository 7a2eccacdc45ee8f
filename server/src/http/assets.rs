//! Static files of the page: embedded into the executable in release builds, read from the disk in debug builds.

use std::{borrow::Cow, sync::OnceLock};

use app::Assets;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use axum_extra::headers::HeaderMapExt;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{
    page_params::PageParams,
    preconditions::{client_has_current, content_etag},
    security_headers::WORKER_POLICY,
};

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
#[exclude = "*.ts*"]
struct Site;

/// `Cache-Control` of files whose names contain a hash of their content.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// `Cache-Control` of files with fixed names: revalidated by `ETag` each time.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// The encodings that the build writes, in order of preference: file extension and content coding (RFC 9110, section 8.4.1).
const CODINGS: [(&str, &str); 2] = [(".br", "br"), (".gz", "gzip")];

/// The manifest of `cargo leptos --split`: the files of each split-off WebAssembly chunk, without their extensions.
#[derive(Default, serde::Deserialize)]
struct SplitManifest {
    /// The build names a chunk after its `wasm_split`.
    #[serde(rename = "later")]
    lazy: Vec<String>,
    pages: Vec<String>,
}

/// Whether the files may change while the server runs, as they do in development.
pub(crate) fn may_change() -> bool {
    cfg!(debug_assertions)
}

/// Returns the URLs of the page's scripts, WebAssembly and style sheet, or `None` when they have not been built.
pub(crate) fn page_assets() -> Option<Assets> {
    static BUILT_IN: OnceLock<Option<Assets>> = OnceLock::new();
    if may_change() { find_assets() } else { BUILT_IN.get_or_init(find_assets).clone() }
}

fn find_assets() -> Option<Assets> {
    let url = |prefix: &str, suffix: &str| newest_file(prefix, suffix).map(|path| format!("/{path}"));
    let urls = |names: Vec<String>| names.into_iter().map(|name| format!("/pkg/{name}.wasm")).collect();
    let SplitManifest { lazy, pages } = find_split_manifest().unwrap_or_default();
    Some(Assets {
        js: url("chorus.", ".js")?,
        wasm: url("chorus.", ".wasm")?,
        css: url("chorus.", ".css")?,
        loader: url("__wasm_split.", ".js"),
        lazy: urls(lazy),
        pages: urls(pages),
    })
}

/// Returns `None` after a build without `--split`, which writes no manifest.
fn find_split_manifest() -> Option<SplitManifest> {
    let manifest = Site::get(&newest_file("__wasm_split_manifest.", ".json")?)?;
    serde_json::from_slice(&manifest.data)
        .inspect_err(|error| tracing::error!(%error, "page.split_manifest_unreadable"))
        .ok()
}

/// Returns the path of the newest file in `pkg/` with this prefix and suffix. In development, files of older builds remain beside it.
fn newest_file(prefix: &str, suffix: &str) -> Option<String> {
    let matches = |path: &str| {
        path.strip_prefix("pkg/").is_some_and(|name| name.starts_with(prefix) && name.ends_with(suffix))
    };
    let modified = |path: &Cow<str>| Site::get(path).and_then(|file| file.metadata.last_modified());
    Site::iter().filter(|path| matches(path)).max_by_key(modified).map(Cow::into_owned)
}

/// `GET /pkg/{*path}`: files with a hash in their name. They are served under `/anew` too: a browser keeps one instance of a module per
/// URL, and a page that restarts after a failed hydration needs a second one (`app/src/view/start.js`).
pub(crate) async fn hashed_file(PageParams(path): PageParams<String>, headers: HeaderMap) -> Response {
    serve(&format!("pkg/{}", path.unwrap_or_default()), &headers, IMMUTABLE)
}

/// `GET /favicon.svg` and others: files with fixed names.
pub(crate) async fn named_file(uri: Uri, headers: HeaderMap) -> Response {
    serve(uri.path().trim_start_matches('/'), &headers, REVALIDATE)
}

/// `GET /sw.js`: the service worker. The Content-Security-Policy of this response governs the worker's own requests.
pub(crate) async fn service_worker(headers: HeaderMap) -> Response {
    let mut response = serve("sw.js", &headers, REVALIDATE);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, WORKER_POLICY);
    response
}

fn serve(path: &str, headers: &HeaderMap, cache_control: HeaderValue) -> Response {
    let Some(plain) = Site::get(path) else {
        return (StatusCode::NOT_FOUND, "No such file.\n").into_response();
    };
    let Some(etag) = content_etag(&plain.metadata.sha256_hash()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let accepted = CODINGS.iter().filter(|(_, coding)| accepts(headers, coding));
    let encoded = accepted
        .filter_map(|(extension, coding)| Some((Site::get(&format!("{path}{extension}"))?, Some(*coding))))
        .next();
    let mut response = if client_has_current(headers, &etag, None) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let media_type = plain.metadata.mimetype().to_owned();
        file_response(encoded.unwrap_or((plain, None)), &media_type)
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, cache_control);
    headers.typed_insert(etag);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn file_response((file, coding): (EmbeddedFile, Option<&'static str>), media_type: &str) -> Response {
    let mut response = Response::new(Body::from(file.data));
    if let Ok(media_type) = HeaderValue::try_from(media_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    }
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// Whether the request accepts a content coding.
pub(super) fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accept_encoding_allows(accepted.unwrap_or_default(), coding)
}

/// Whether an `Accept-Encoding` value allows a coding (RFC 9110, section 12.5.3): by name or else by `*`, and not with `q=0`.
fn accept_encoding_allows(header: &str, coding: &str) -> bool {
    let quality = |name: &str| {
        header.split(',').find_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let is_named = parts.next().is_some_and(|part| part.eq_ignore_ascii_case(name));
            let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            is_named.then(|| quality.map_or(1.0, |q| q.parse().unwrap_or(0.0)))
        })
    };
    quality(coding).or_else(|| quality("*")).is_some_and(|q: f32| q > 0.0)
}

#[cfg(test)]
mod tests {
    use super::{SplitManifest, accept_encoding_allows};

    #[test]
    fn the_builds_manifest_lists_the_files_of_each_chunk() {
        let manifest = r#"{"later":["chunk_3.a","split_later.b"],"pages":["split_pages.c"]}"#;
        let SplitManifest { lazy, pages } = serde_json::from_str(manifest).unwrap();
        assert_eq!(
            (lazy, pages),
            (vec!["chunk_3.a".into(), "split_later.b".into()], vec!["split_pages.c".to_owned()])
        );
    }

    #[test]
    fn a_coding_is_allowed_when_named_and_not_excluded() {
        for header in ["br", "gzip, deflate, br", "BR;q=0.5", "*", "gzip;q=0, *"] {
            assert!(accept_encoding_allows(header, "br"), "{header:?}");
        }
        for header in ["", "gzip", "br;q=0", "*;q=0", "brotli", "br;q=0, *"] {
            assert!(!accept_encoding_allows(header, "br"), "{header:?}");
        }
    }
}
