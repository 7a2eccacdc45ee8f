//! The search for messages: one at a time, page by page.

use super::{ConnectionStatus, Conversation};
use crate::protocol::{ClientFrame, ErrorCode, SearchHit, TopicName};

/// The number of hits of one request.
const PAGE_SIZE: u32 = 20;

/// A search and its results so far.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchResults {
    /// The query as it was typed.
    pub query: String,
    /// The topic to search in; `None` for all.
    pub topic: Option<TopicName>,
    /// The reader's time zone offsets in minutes east of UTC, one for each date in the query.
    pub offsets: Vec<i16>,
    /// The hits, newest first.
    pub hits: Vec<SearchHit>,
    pub state: SearchState,
    /// Hits may be missing, because the server has not indexed the newest messages yet.
    pub incomplete: bool,
    /// The request in flight.
    request: Option<u64>,
}

/// The state of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SearchState {
    /// No search was started.
    #[default]
    Idle,
    /// The request is in flight.
    Pending,
    /// The results arrived; with a cursor if there are more.
    Done(Option<String>),
    /// The server refused the search, or the connection is lost.
    Refused(ErrorCode),
}

impl Conversation {
    /// Starts a search in one topic or in all.
    pub fn search(&mut self, query: String, topic: Option<TopicName>, offsets: Vec<i16>) {
        self.search = SearchResults { query, topic, offsets, ..SearchResults::default() };
        self.request_hits(None);
    }

    /// Requests the next page of results.
    pub fn search_more(&mut self) {
        if let SearchState::Done(Some(after)) = &self.search.state {
            let after = after.clone();
            self.request_hits(Some(after));
        }
    }

    /// Returns the last search and its results.
    pub fn search_results(&self) -> &SearchResults {
        &self.search
    }

    fn request_hits(&mut self, after: Option<String>) {
        if self.status != ConnectionStatus::Live {
            self.search.state = SearchState::Refused(ErrorCode::Unavailable);
            return;
        }
        let reference = self.next_request();
        let SearchResults { query, topic, offsets, .. } = self.search.clone();
        self.queued_frames.push(ClientFrame::Search {
            reference,
            query,
            topic,
            after,
            offsets,
            limit: PAGE_SIZE,
        });
        self.search.state = SearchState::Pending;
        self.search.request = Some(reference);
    }
}

impl SearchResults {
    /// Adds a page of results. Replies to an older search are ignored.
    pub(super) fn found(
        &mut self,
        reference: u64,
        hits: Vec<SearchHit>,
        more: Option<String>,
        complete: bool,
    ) {
        if self.request.take_if(|request| *request == reference).is_some() {
            self.hits.extend(hits);
            self.state = SearchState::Done(more);
            self.incomplete |= !complete;
        }
    }

    /// Handles a refused request. Returns whether it was this search.
    pub(super) fn refused(&mut self, reference: u64, code: ErrorCode) -> bool {
        let is_this = self.request.take_if(|request| *request == reference).is_some();
        if is_this {
            self.state = SearchState::Refused(code);
        }
        is_this
    }

    /// Ends a request in flight when the connection is lost.
    pub(super) fn disconnected(&mut self) {
        if self.request.take().is_some() {
            self.state = SearchState::Refused(ErrorCode::Unavailable);
        }
    }
}
