//! `robots.txt` and the sitemap (sitemaps.org), for search engines.

use std::{
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use app::protocol::TopicSummary;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use hashlink::LruCache;
use quick_xml::{Writer, events::BytesText};
use tokio::{sync::Mutex, task::spawn_blocking};
use tracing::error;

use super::{api::Reader, assets::accepts, base_url::BaseUrl, page_error::unavailable};
use crate::{
    config::Settings,
    event_log::{LogReader, ReadError},
};

/// The limit of the sitemap protocol. The sitemap lists the most recently used topics.
const MAX_URLS: u64 = 50_000;
/// How long a sitemap is served from the cache.
const MAX_AGE: Duration = Duration::from_secs(60);
/// The number of base URLs whose files are cached.
const MAX_FILES: usize = 4;

/// `GET /robots.txt`. With an access secret, crawlers are told to stay out, since they could not read any page.
pub(crate) async fn robots(State(settings): State<Settings>, BaseUrl(base): BaseUrl) -> String {
    match settings.access_secret {
        Some(_) => "User-agent: *\nDisallow: /\n".to_owned(),
        None => format!(
            "User-agent: *\nAllow: /\nDisallow: /api/\nDisallow: /search\n\nSitemap: {base}/sitemap.xml\n"
        ),
    }
}

/// `GET /sitemap.xml`
pub(crate) async fn sitemap(
    _: Reader,
    State(log): State<LogReader>,
    State(cache): State<SitemapCache>,
    BaseUrl(base): BaseUrl,
    headers: HeaderMap,
) -> Response {
    match cache.file(&log, base).await {
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

/// The cached sitemap; cheap to clone. Writing it takes 50 ms for ten thousand topics, so it is written once a minute and by one request
/// at a time: the others wait for it and send the same bytes.
#[derive(Clone, Default)]
pub(crate) struct SitemapCache(Arc<Mutex<Option<CachedSitemap>>>);

struct CachedSitemap {
    read_at: Instant,
    topics: Arc<[TopicSummary]>,
    /// By base URL: without the setting `public-url`, each request may name another one.
    files: LruCache<String, SitemapFile>,
}

/// A sitemap's bytes, which all responses share.
#[derive(Debug, Clone)]
struct SitemapFile {
    plain: Bytes,
    gzip: Bytes,
}

#[derive(Debug, thiserror::Error)]
enum SitemapError {
    #[error(transparent)]
    Log(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl SitemapCache {
    async fn file(&self, log: &LogReader, base: String) -> Result<SitemapFile, SitemapError> {
        let mut cached = self.0.lock().await;
        let cached = match &mut *cached {
            Some(cached) if cached.read_at.elapsed() < MAX_AGE => cached,
            stale => stale.insert(CachedSitemap::read(log).await?),
        };
        if let Some(file) = cached.files.get(&base) {
            return Ok(file.clone());
        }
        let topics = Arc::clone(&cached.topics);
        let file_base = base.clone();
        // The lock is held meanwhile, so that requests with many different base URLs keep only one processor busy.
        let file = spawn_blocking(move || SitemapFile::write(&file_base, &topics))
            .await
            .map_err(io::Error::other)??;
        cached.files.insert(base, file.clone());
        Ok(file)
    }
}

impl CachedSitemap {
    async fn read(log: &LogReader) -> Result<Self, ReadError> {
        let (topics, _) = log.topics("", 0, MAX_URLS - 1).await?;
        Ok(Self { read_at: Instant::now(), topics: topics.into(), files: LruCache::new(MAX_FILES) })
    }
}

impl SitemapFile {
    fn write(base: &str, topics: &[TopicSummary]) -> io::Result<Self> {
        let plain = write(base, topics)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&plain)?;
        Ok(Self { gzip: gzip.finish()?.into(), plain: plain.into() })
    }
}

fn write(base: &str, topics: &[TopicSummary]) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec());
    let set = xml.create_element("urlset");
    set.with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")).write_inner_content(
        |xml| {
            write_url(xml, &format!("{base}/"), None)?;
            topics.iter().try_for_each(|topic| {
                write_url(xml, &format!("{base}/t/{}", topic.topic), Some(&topic.at.to_rfc3339()))
            })
        },
    )?;
    Ok(xml.into_inner())
}

fn write_url(xml: &mut Writer<Vec<u8>>, address: &str, changed: Option<&str>) -> io::Result<()> {
    xml.create_element("url").write_inner_content(|xml| {
        xml.create_element("loc").write_text_content(BytesText::new(address))?;
        if let Some(changed) = changed {
            xml.create_element("lastmod").write_text_content(BytesText::new(changed))?;
        }
        Ok(())
    })?;
    Ok(())
}
