//! What search engines ask for first.

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
    event_log::{Log, ReadError},
};

/// A sitemap has no more (sitemaps.org); the most recently used topics are in it.
const MAX_URLS: u64 = 50_000;
/// How long a sitemap stays as it was written.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// Addresses of the server whose files are kept.
const MAX_FILES: usize = 4;

/// `GET /robots.txt`. Behind a door there is nothing to find.
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
    State(log): State<Log>,
    State(kept): State<Sitemap>,
    BaseUrl(base): BaseUrl,
    headers: HeaderMap,
) -> Response {
    match kept.of(&log, base).await {
        Ok(file) => answer(file, accepts(&headers, "gzip")),
        Err(SitemapError::Log(error)) => {
            error!(%error, "sitemap.unavailable");
            unavailable().into_response()
        }
        Err(SitemapError::Write(error)) => {
            error!(%error, "sitemap.unwritten");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn answer(file: File, gzip: bool) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if gzip {
        return (headers, [(header::CONTENT_ENCODING, "gzip")], file.gzip).into_response();
    }
    (headers, file.plain).into_response()
}

/// The sitemap as it was written last; cheap to clone. Ten thousand topics cost 50 ms, so it is written once a minute, and by
/// one request at a time: the others wait for it and send the same bytes.
#[derive(Clone, Default)]
pub(crate) struct Sitemap(Arc<Mutex<Option<Kept>>>);

struct Kept {
    since: Instant,
    topics: Arc<[TopicSummary]>,
    /// By the address that the server is known by; a request without `public-url` names it.
    files: LruCache<String, File>,
}

/// A sitemap's bytes, shared by all who ask.
#[derive(Debug, Clone)]
struct File {
    plain: Bytes,
    gzip: Bytes,
}

/// Why there is no sitemap.
#[derive(Debug, thiserror::Error)]
enum SitemapError {
    #[error(transparent)]
    Log(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl Sitemap {
    async fn of(&self, log: &Log, base: String) -> Result<File, SitemapError> {
        let mut kept = self.0.lock().await;
        let kept = match &mut *kept {
            Some(kept) if kept.since.elapsed() < KEPT_FOR => kept,
            stale => stale.insert(Kept::read(log).await?),
        };
        if let Some(file) = kept.files.get(&base) {
            return Ok(file.clone());
        }
        let (topics, of) = (Arc::clone(&kept.topics), base.clone());
        // The lock stays held: requests that name many addresses take one processor together.
        let file = spawn_blocking(move || File::write(&of, &topics)).await.map_err(io::Error::other)??;
        kept.files.insert(base, file.clone());
        Ok(file)
    }
}

impl Kept {
    async fn read(log: &Log) -> Result<Self, ReadError> {
        let (topics, _) = log.topics("", 0, MAX_URLS - 1).await?;
        Ok(Self { since: Instant::now(), topics: topics.into(), files: LruCache::new(MAX_FILES) })
    }
}

impl File {
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
