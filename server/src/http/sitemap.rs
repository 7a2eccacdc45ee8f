//! `robots.txt` and the sitemap, for search engines.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tracing::error;

use super::{api::Reader, assets::accepts, base_url::BaseUrl, page_error::unavailable};
use crate::{
    access::Access,
    event_log::LogReader,
    request_context::RequestContext,
    rights::{Door, Person, Rights},
    sitemap::{SitemapCache, SitemapError, SitemapFile},
};

/// `GET /robots.txt`. Crawlers read it at the root of an origin only, so whoever serves that root includes the lines of a server below
/// a path. With an access secret, it asks crawlers to stay out, since they could not read any page.
pub(crate) async fn robots(State(access): State<Access>, BaseUrl(base): BaseUrl) -> String {
    let path = RequestContext::base_path();
    if access.has_secret() {
        return format!("User-agent: *\nDisallow: {path}/\n");
    }
    format!(
        "User-agent: *\nAllow: {path}/\nDisallow: {path}/api/\nDisallow: {path}/search\n\nSitemap: {base}/sitemap.xml\n"
    )
}

/// `GET /sitemap.xml`
pub(crate) async fn sitemap(
    _: Reader,
    State(log): State<LogReader>,
    State(rights): State<Rights>,
    State(cache): State<SitemapCache>,
    BaseUrl(base): BaseUrl,
    headers: HeaderMap,
) -> Response {
    // All readers share the file, so it lists what strangers may read.
    let Ok(scope) = rights.scope(Door::Sitemap, &Person::stranger()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match cache.file(&log, &scope, base).await {
        Ok(file) => respond(file, accepts(&headers, "gzip")),
        Err(SitemapError::Log(error)) => {
            error!(%error, "sitemap.unavailable");
            unavailable().into_response()
        }
        Err(SitemapError::Write(error)) => {
            error!(%error, "sitemap.write_failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn respond(file: SitemapFile, gzip: bool) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if gzip {
        return (headers, [(header::CONTENT_ENCODING, "gzip")], file.gzip).into_response();
    }
    (headers, file.plain).into_response()
}
