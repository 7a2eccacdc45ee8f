//! A cache of recently sent pages: readers of equal pages share one encoding, so many stalled readers hold one copy of
//! the bytes.

use std::{collections::VecDeque, sync::Arc};

use app::protocol::{Event, TopicName};
use parking_lot::Mutex;

use super::delivery::Delivery;
use crate::{endpoint::PendingBytes, event_log::text_bytes};

/// Bytes of text in the cached pages.
const MAX_CACHED_BYTES: usize = 2 * 1_024 * 1_024;
/// Cached pages. Kept small because each request scans all of them.
const MAX_CACHED_PAGES: usize = 32;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct SharedPages {
    cached: Arc<Mutex<CachedPages>>,
    pending: PendingBytes,
}

#[derive(Default)]
struct CachedPages {
    /// Each page with its bytes of text, the newest last.
    pages: VecDeque<(usize, Arc<Delivery>)>,
    bytes: usize,
}

impl SharedPages {
    pub(crate) fn new(pending: PendingBytes) -> Self {
        Self { cached: Arc::default(), pending }
    }

    /// Returns a page with these events of one topic: a cached one if it is equal. Only equality counts, so a stale
    /// page is never returned.
    pub(crate) fn share(&self, events: Vec<Event>) -> Arc<Delivery> {
        let candidates = self.cached.lock().candidates(&events);
        if let Some(page) = candidates.into_iter().find(|page| page.page_events() == events) {
            return page;
        }
        let bytes = events.iter().map(text_bytes).sum();
        let is_cacheable = !events.is_empty() && bytes <= MAX_CACHED_BYTES;
        let page = Arc::new(Delivery::page(events, self.pending.clone()));
        if is_cacheable {
            self.cached.lock().insert(bytes, Arc::clone(&page));
        }
        page
    }

    /// Evicts the pages of a topic in which a text was replaced or deleted, so that the text is not kept in memory.
    pub(crate) fn on_committed(&self, topic: &TopicName, events: &[Event]) {
        if events.iter().any(|event| event.kind.replaces_text()) {
            self.evict_topic(topic);
        }
    }

    pub(crate) fn evict_topic(&self, topic: &TopicName) {
        let mut cached = self.cached.lock();
        cached.pages.retain(|(_, page)| page.page_events().iter().all(|event| event.topic != *topic));
        cached.bytes = cached.pages.iter().map(|(bytes, _)| bytes).sum();
    }
}

impl CachedPages {
    /// Returns the cached pages that may be equal. The caller compares them without the lock.
    fn candidates(&self, events: &[Event]) -> Vec<Arc<Delivery>> {
        let ends = |events: &[Event]| {
            let end = |event: Option<&Event>| event.map(|event| event.seq);
            (events.len(), end(events.first()), end(events.last()))
        };
        let wanted = ends(events);
        let pages = self.pages.iter().map(|(_, page)| page);
        pages.filter(|page| ends(page.page_events()) == wanted).cloned().collect()
    }

    fn insert(&mut self, bytes: usize, page: Arc<Delivery>) {
        self.pages.push_back((bytes, page));
        self.bytes += bytes;
        while self.bytes > MAX_CACHED_BYTES || self.pages.len() > MAX_CACHED_PAGES {
            let Some((bytes, _)) = self.pages.pop_front() else { return };
            self.bytes -= bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{Author, DraftId, EventKind, Name, Timestamp, UserId};

    use super::*;
    use crate::chat::dialect::Dialect;

    fn message(seq: u64, body: &str) -> Event {
        let author = Author { user: UserId(uuid::Uuid::nil()), name: Name::anonymous(), unverified: false };
        let kind = EventKind::Message {
            draft: DraftId(uuid::Uuid::nil()),
            body: body.to_owned(),
            html: None,
            mentions: Vec::new(),
            reply_to: None,
            revision: None,
            deleted: false,
            reactions: Vec::new(),
        };
        Event { topic: "lobby".parse().unwrap(), seq, at: Timestamp(0), author, kind }
    }

    fn pages() -> SharedPages {
        SharedPages::new(PendingBytes::new(0))
    }

    fn page(bodies: &[&str]) -> Vec<Event> {
        bodies.iter().zip(1..).map(|(body, seq)| message(seq, body)).collect()
    }

    #[test]
    fn equal_pages_share_their_bytes() {
        let pages = pages();
        let first = pages.share(page(&["one", "two"]));
        assert!(Arc::ptr_eq(&first, &pages.share(page(&["one", "two"]))));
        assert!(!Arc::ptr_eq(&first, &pages.share(page(&["one", "new"]))));
        assert!(!Arc::ptr_eq(&first, &pages.share(page(&["one"]))));
        let list = first.json_array();
        assert_eq!(list.as_ptr(), first.json_array().as_ptr());
        assert_eq!(list, serde_json::to_vec(&page(&["one", "two"])).unwrap());
        assert!(!first.frames(Dialect::Plain).is_empty());
    }

    #[test]
    fn a_deletion_evicts_the_pages_of_its_topic() {
        let pages = pages();
        let first = Arc::downgrade(&pages.share(page(&["secret"])));
        pages.on_committed(&"tea".parse().unwrap(), &[message(2, "more")]);
        assert!(first.upgrade().is_some());
        let deletion = EventKind::Deletion { draft: DraftId(uuid::Uuid::nil()), message: 1 };
        pages.on_committed(&"lobby".parse().unwrap(), &[Event { kind: deletion, ..message(2, "") }]);
        assert!(first.upgrade().is_none());
    }

    #[test]
    fn the_oldest_pages_are_evicted() {
        let pages = pages();
        let large = "x".repeat(MAX_CACHED_BYTES / 2);
        let first = Arc::downgrade(&pages.share(page(&[&large])));
        pages.share(page(&["a", &large]));
        assert!(first.upgrade().is_none(), "the pages are one byte larger than the limit");
        let whole = "x".repeat(MAX_CACHED_BYTES + 1);
        assert!(!Arc::ptr_eq(&pages.share(page(&[&whole])), &pages.share(page(&[&whole]))));
        (0..=MAX_CACHED_PAGES as u64).for_each(|seq| drop(pages.share(vec![message(seq + 9, "")])));
        assert_eq!(pages.cached.lock().pages.len(), MAX_CACHED_PAGES);
    }
}
