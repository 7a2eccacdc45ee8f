//! The sitemap (sitemaps.org), written once a minute for all requests.

use std::{
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use app::protocol::TopicSummary;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use hashlink::LruCache;
use quick_xml::{Writer, events::BytesText};
use tokio::{sync::Mutex, task::spawn_blocking};

use crate::{
    event_log::{LogReader, ReadError},
    rights::ReadScope,
};

/// The limit of the sitemap protocol. The sitemap lists the most recently used topics.
const MAX_URLS: u64 = 50_000;
/// How long a sitemap is served from the cache.
const MAX_AGE: Duration = Duration::from_secs(60);
/// The number of base URLs whose files are cached.
const MAX_FILES: usize = 4;

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
pub(crate) struct SitemapFile {
    pub(crate) plain: Bytes,
    pub(crate) gzip: Bytes,
}

/// A sitemap cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SitemapError {
    #[error(transparent)]
    Log(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] io::Error),
}

impl SitemapCache {
    /// Returns the file for everybody: the scope is that of a stranger.
    pub(crate) async fn file(
        &self,
        log: &LogReader,
        scope: &ReadScope,
        base: String,
    ) -> Result<SitemapFile, SitemapError> {
        let mut cached = self.0.lock().await;
        let cached = match &mut *cached {
            Some(cached) if cached.read_at.elapsed() < MAX_AGE => cached,
            stale => stale.insert(CachedSitemap::read(log, scope).await?),
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
    async fn read(log: &LogReader, scope: &ReadScope) -> Result<Self, ReadError> {
        let (topics, _) = log.topics(scope, "", 0, MAX_URLS - 1).await?;
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

#[cfg(test)]
mod tests {
    use app::protocol::{Author, DraftId, Name, UserId};
    use clap::Parser;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::{
        config::{Cli, Command},
        database::Database,
        event_log::{Log, NewMessage},
    };

    #[tokio::test]
    async fn a_sitemap_is_written_again_after_a_minute() {
        let test_database = testing::sqlite();
        let database = Database::open(test_database.url()).await.unwrap();
        database.migrate().await.unwrap();
        let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
            panic!("chorus serves")
        };
        let log = Log::open(database, &settings.limits, &TaskTracker::new(), |_| {}).await.unwrap();
        let cache = SitemapCache::default();
        let lists_the_topic = async || {
            let file = cache
                .file(&log.reader(), &ReadScope::unchecked(), "https://chat.example".to_owned())
                .await
                .unwrap();
            String::from_utf8_lossy(&file.plain).contains("https://chat.example/t/tea")
        };
        assert!(!lists_the_topic().await);
        let author = Author { user: UserId::fresh(), name: Name::anonymous(), unverified: false };
        let topic = "tea".parse().unwrap();
        log.append(NewMessage { topic, author, draft: DraftId::fresh(), body: "green".to_owned() })
            .await
            .unwrap();
        cache.0.lock().await.as_mut().unwrap().read_at = Instant::now();
        assert!(!lists_the_topic().await);
        cache.0.lock().await.as_mut().unwrap().read_at -= MAX_AGE;
        assert!(lists_the_topic().await);
    }
}
