//! A topic's newest messages as an Atom feed (RFC 4287), with `ETag` and `Last-Modified` so that polling is cheap.

use std::{
    io,
    time::{Duration, SystemTime},
};

use app::page_data::excerpt;
use app::protocol::{DEFAULT_PAGE_SIZE, Event, EventKind, Timestamp, TopicName, TopicSummary};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use axum_extra::headers::{ETag, HeaderMapExt, LastModified};
use quick_xml::{Writer, events::BytesText};
use sha2::{Digest, Sha256};
use tracing::error;
use uuid::Builder;

use super::{
    api::Reader, base_url::BaseUrl, canonical, page_error::unavailable, page_params::PageParams,
    preconditions::client_has_current,
};
use crate::{
    clock::now,
    event_log::{LogReader, Page, ReadError},
    rights::{Door, Readable, Rights},
};

const MAX_ENTRIES: u64 = DEFAULT_PAGE_SIZE as u64;
/// An entry's title is the beginning of the message.
const MAX_TITLE_CHARS: usize = 80;

/// The data of a feed.
struct AtomFeed {
    base: String,
    topic: TopicSummary,
    page: Page,
    /// The latest edit of each edited message, for the time of its update.
    edits: Vec<Event>,
}

/// `GET /t/{topic}/feed.atom`
pub(crate) async fn feed(
    Reader(person): Reader,
    State(log): State<LogReader>,
    State(rights): State<Rights>,
    BaseUrl(base): BaseUrl,
    PageParams(name): PageParams<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some(topic) = name.and_then(|name| TopicName::from_user_input(&name).ok()) else { return no_topic() };
    if let Some(moved) = canonical::redirect_to(&format!("/t/{topic}/feed.atom"), &uri) {
        return moved;
    }
    let Ok(readable) = rights.read(Door::Feed, &person, &topic) else { return no_topic() };
    match read(&log, &readable, base).await {
        Ok(Some(feed)) => respond(&feed, &headers),
        Ok(None) => no_topic(),
        Err(error) => {
            error!(%error, "feed.unavailable");
            unavailable().into_response()
        }
    }
}

async fn read(log: &LogReader, readable: &Readable, base: String) -> Result<Option<AtomFeed>, ReadError> {
    let page = log.tail(readable, MAX_ENTRIES).await?;
    let Some(topic) = log.summary(readable).await? else { return Ok(None) };
    let revisions: Vec<u64> =
        page.events.iter().filter(|event| event.revision() != event.seq).map(Event::revision).collect();
    let edits = log.at(readable, &revisions).await?;
    Ok(Some(AtomFeed { base, topic, page, edits }))
}

fn no_topic() -> Response {
    (StatusCode::NOT_FOUND, "There is no such topic.\n").into_response()
}

fn respond(feed: &AtomFeed, headers: &HeaderMap) -> Response {
    // Weak, since the bytes differ with the content coding (RFC 9110, section 8.8.1).
    let etag = format!("W/\"{}.{}\"", feed.page.epoch.0, feed.page.head).parse::<ETag>();
    let modified = modified(feed.topic.at);
    let cached = etag.as_ref().is_ok_and(|etag| client_has_current(headers, etag, Some(modified)));
    let mut response = if cached {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match feed.write() {
            Ok(text) => {
                ([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text).into_response()
            }
            Err(error) => {
                error!(%error, "feed.write_failed");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(etag) = etag {
        headers.typed_insert(etag);
    }
    // The date has whole seconds: another event may still come within the current one.
    if modified.elapsed().is_ok_and(|age| age >= Duration::from_secs(1)) {
        headers.typed_insert(LastModified::from(modified));
    }
    response
}

/// The time of the topic's last event in whole seconds, and never in the future: the clock may have been set back.
fn modified(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(at.0.min(now().0) / 1_000)
}

type Xml = Writer<Vec<u8>>;

impl AtomFeed {
    fn write(&self) -> io::Result<Vec<u8>> {
        let mut xml = Writer::new(b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec());
        let feed = xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
        feed.write_inner_content(|xml| {
            self.write_head(xml)?;
            self.page.events.iter().rev().try_for_each(|event| self.write_entry(xml, event))
        })?;
        Ok(xml.into_inner())
    }

    fn write_head(&self, xml: &mut Xml) -> io::Result<()> {
        let about = &self.topic.about;
        let name = self.topic.topic.as_str();
        text(xml, "title", if about.title().is_empty() { name } else { about.title() })?;
        if !about.description().is_empty() {
            text(xml, "subtitle", about.description())?;
        }
        text(xml, "id", &self.id(0))?;
        text(xml, "updated", &self.topic.at.to_rfc3339())?;
        text(xml, "generator", "Chorus")?;
        link(xml, "self", &format!("{}/t/{name}/feed.atom", self.base))?;
        link(xml, "alternate", &format!("{}/t/{name}", self.base))
    }

    fn write_entry(&self, xml: &mut Xml, event: &Event) -> io::Result<()> {
        let EventKind::Message { body, html, deleted: false, .. } = &event.kind else { return Ok(()) };
        let edit = self.edits.iter().find(|edit| edit.seq == event.revision());
        let updated = edit.map_or(event.at, |edit| edit.at);
        let entry = xml.create_element("entry");
        entry.write_inner_content(|xml| {
            text(xml, "title", &excerpt(&event.kind.plain_text(), MAX_TITLE_CHARS))?;
            text(xml, "id", &self.id(event.seq))?;
            text(xml, "published", &event.at.to_rfc3339())?;
            text(xml, "updated", &updated.to_rfc3339())?;
            let author = xml.create_element("author");
            author.write_inner_content(|xml| text(xml, "name", event.author.name.as_str()))?;
            link(xml, "alternate", &format!("{}/t/{}/{}", self.base, event.topic, event.seq))?;
            let (kind, content) = html.as_ref().map_or(("text", body), |html| ("html", html));
            let element = xml.create_element("content").with_attribute(("type", kind));
            element.write_text_content(BytesText::new(&strip_invalid_xml(content)))?;
            Ok(())
        })?;
        Ok(())
    }

    /// A permanent id, as Atom demands: a UUID (RFC 9562, version 8) derived from epoch, topic and `seq`, and not from the server's
    /// address. `seq` 0 is the feed itself.
    fn id(&self, seq: u64) -> String {
        let position = format!("chorus/{}/{}/{seq}", self.page.epoch.0, self.topic.topic);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(Sha256::digest(position)).for_each(|(byte, hashed)| *byte = hashed);
        Builder::from_custom_bytes(bytes).into_uuid().urn().to_string()
    }
}

fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&strip_invalid_xml(text)))?;
    Ok(())
}

fn link(xml: &mut Xml, relation: &str, address: &str) -> io::Result<()> {
    xml.create_element("link").with_attributes([("rel", relation), ("href", address)]).write_empty()?;
    Ok(())
}

/// Removes the characters that XML does not allow, not even escaped (XML 1.0, section 2.2).
fn strip_invalid_xml(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_does_not_allow_are_removed() {
        assert_eq!(strip_invalid_xml("a\u{ffff}b\u{fffe}\u{1}\tc\n🦀"), "ab\tc\n🦀");
    }
}
