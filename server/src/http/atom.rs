//! A topic's newest messages as an Atom feed (RFC 4287), cheap to ask for again.

use std::{
    io,
    time::{Duration, SystemTime},
};

use app::page_data::excerpt;
use app::protocol::{Event, EventKind, Timestamp, TopicName, TopicSummary};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use quick_xml::{Writer, events::BytesText};
use sha2::{Digest, Sha256};
use tracing::error;
use uuid::Builder;

use super::{api::Reader, base_url::BaseUrl, canonical, page_error::unavailable};
use crate::{
    clock::now,
    event_log::{Log, Page, ReadError},
};

/// Messages in a feed.
const NEWEST: u64 = 30;
/// Characters of a message in its title.
const TITLE_CHARS: usize = 80;

/// What a feed is made of.
struct Feed {
    base: String,
    topic: TopicSummary,
    page: Page,
    /// The latest edits of those messages.
    edits: Vec<Event>,
}

/// `GET /t/{topic}/feed.atom`
pub(crate) async fn feed(
    _: Reader,
    State(log): State<Log>,
    BaseUrl(base): BaseUrl,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Ok(topic) = TopicName::from_user_input(&name) else { return missing() };
    if let Some(moved) = canonical::redirect_to(&format!("/t/{topic}/feed.atom"), &uri) {
        return moved;
    }
    match read(&log, &topic, base).await {
        Ok(Some(feed)) => answer(&feed, &headers),
        Ok(None) => missing(),
        Err(error) => {
            error!(%error, "feed.unavailable");
            unavailable().into_response()
        }
    }
}

async fn read(log: &Log, topic: &TopicName, base: String) -> Result<Option<Feed>, ReadError> {
    let page = log.tail(topic, NEWEST).await?;
    let Some(topic) = log.summary(topic).await? else { return Ok(None) };
    let revisions: Vec<u64> =
        page.events.iter().filter(|event| event.revision() != event.seq).map(Event::revision).collect();
    let edits = log.at(&topic.topic, &revisions).await?;
    Ok(Some(Feed { base, topic, page, edits }))
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "Nobody has begun that topic.\n").into_response()
}

fn answer(feed: &Feed, headers: &HeaderMap) -> Response {
    // Weak: it may be compressed or not (RFC 9110, section 8.8.1).
    let tag = format!("W/\"{}.{}\"", feed.page.epoch.0, feed.page.head);
    let modified = modified(feed.topic.at);
    let mut response = if is_known(headers, &tag, modified) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match feed.write() {
            Ok(text) => {
                ([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text).into_response()
            }
            Err(error) => {
                error!(%error, "feed.unwritten");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        }
    };
    let kept = response.headers_mut();
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        kept.insert(header::ETAG, tag);
    }
    // More may come in a second that is not over.
    if modified.elapsed().is_ok_and(|age| age >= Duration::from_secs(1))
        && let Ok(date) = HeaderValue::try_from(httpdate::fmt_http_date(modified))
    {
        kept.insert(header::LAST_MODIFIED, date);
    }
    response
}

/// The second in which something happened last.
fn modified(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(at.0.min(now().0) / 1_000)
}

/// A tag without the mark that it is weak.
fn opaque(tag: &str) -> &str {
    tag.trim_start_matches("W/")
}

/// Whether the reader has it already (RFC 9110, section 13.2.2).
fn is_known(headers: &HeaderMap, tag: &str, modified: SystemTime) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(tags) = text(header::IF_NONE_MATCH) {
        return tags.split(',').map(str::trim).any(|known| known == "*" || opaque(known) == opaque(tag));
    }
    let since = text(header::IF_MODIFIED_SINCE).and_then(|date| httpdate::parse_http_date(date).ok());
    since.is_some_and(|since| since >= modified)
}

type Xml = Writer<Vec<u8>>;

impl Feed {
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
            text(xml, "title", &excerpt(&event.kind.plain_text(), TITLE_CHARS))?;
            text(xml, "id", &self.id(event.seq))?;
            text(xml, "published", &event.at.to_rfc3339())?;
            text(xml, "updated", &updated.to_rfc3339())?;
            let author = xml.create_element("author");
            author.write_inner_content(|xml| text(xml, "name", event.author.name.as_str()))?;
            link(xml, "alternate", &format!("{}/t/{}/{}", self.base, event.topic, event.seq))?;
            let (kind, content) = html.as_ref().map_or(("text", body), |html| ("html", html));
            let element = xml.create_element("content").with_attribute(("type", kind));
            element.write_text_content(BytesText::new(&sayable(content)))?;
            Ok(())
        })?;
        Ok(())
    }

    /// The same for ever, wherever the server stands: a UUID (RFC 9562, version 8) of the history and the place in it.
    fn id(&self, seq: u64) -> String {
        let place = format!("chorus/{}/{}/{seq}", self.page.epoch.0, self.topic.topic);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(Sha256::digest(place)).for_each(|(byte, hashed)| *byte = hashed);
        Builder::from_custom_bytes(bytes).into_uuid().urn().to_string()
    }
}

fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(&sayable(text)))?;
    Ok(())
}

fn link(xml: &mut Xml, relation: &str, address: &str) -> io::Result<()> {
    xml.create_element("link").with_attributes([("rel", relation), ("href", address)]).write_empty()?;
    Ok(())
}

/// A text without what XML has no way to say (XML 1.0, section 2.2).
fn sayable(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_say_is_left_out() {
        assert_eq!(sayable("a\u{ffff}b\u{fffe}\u{1}\tc\n🦀"), "ab\tc\n🦀");
    }

    #[test]
    fn whoever_has_the_newest_is_told_so() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let known = |name: header::HeaderName, value: &'static str| {
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
            is_known(&headers, "\"e.7\"", moment)
        };
        assert!(known(header::IF_NONE_MATCH, "W/\"x\", W/\"e.7\""));
        assert!(!known(header::IF_NONE_MATCH, "\"e.6\""));
        assert!(known(header::IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:37 GMT"));
        assert!(!known(header::IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:36 GMT"));
        assert!(!known(header::IF_MODIFIED_SINCE, "yesterday"));
        assert!(!is_known(&HeaderMap::new(), "\"e.7\"", moment));
    }
}
