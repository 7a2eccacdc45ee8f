//! Looking for messages: one search at a time, and what it found.

use super::{ConnectionStatus, Conversation};
use crate::protocol::{ClientFrame, ErrorCode, SearchHit, TopicName};

/// So many hits are asked for at once.
const PAGE_SIZE: u32 = 20;

/// What is looked for, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchResults {
    /// As it was typed.
    pub query: String,
    /// Where; none for everywhere.
    pub topic: Option<TopicName>,
    /// Where the reader's days begin, in minutes east of UTC: one for each day in the query.
    pub offsets: Vec<i16>,
    /// The messages that were found, newest first.
    pub hits: Vec<SearchHit>,
    /// How far it is.
    pub state: SearchState,
    /// Messages may be missing that the server has not indexed yet.
    pub incomplete: bool,
    asked: Option<u64>,
}

/// How far a search is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SearchState {
    /// Nothing was looked for.
    #[default]
    Idle,
    /// The server is looking.
    Pending,
    /// It has looked; where it goes on, if there is more.
    Done(Option<String>),
    /// It would not look.
    Refused(ErrorCode),
}

impl Conversation {
    /// Looks for messages, in one topic or in all.
    pub fn search(&mut self, query: String, topic: Option<TopicName>, offsets: Vec<i16>) {
        self.search = SearchResults { query, topic, offsets, ..SearchResults::default() };
        self.look(None);
    }

    /// Looks for those that are older than what was found.
    pub fn search_more(&mut self) {
        if let SearchState::Done(Some(after)) = &self.search.state {
            let after = after.clone();
            self.look(Some(after));
        }
    }

    /// What was looked for last.
    pub fn search_results(&self) -> &SearchResults {
        &self.search
    }

    fn look(&mut self, after: Option<String>) {
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
        (self.search.state, self.search.asked) = (SearchState::Pending, Some(reference));
    }
}

impl SearchResults {
    /// The server has found these. An answer to an older search says nothing.
    pub(super) fn found(
        &mut self,
        reference: u64,
        hits: Vec<SearchHit>,
        more: Option<String>,
        complete: bool,
    ) {
        if self.asked.take_if(|asked| *asked == reference).is_some() {
            self.hits.extend(hits);
            self.state = SearchState::Done(more);
            self.incomplete |= !complete;
        }
    }

    /// The server would not look; says whether this is what it would not do.
    pub(super) fn refused(&mut self, reference: u64, code: ErrorCode) -> bool {
        let is_this = self.asked.take_if(|asked| *asked == reference).is_some();
        if is_this {
            self.state = SearchState::Refused(code);
        }
        is_this
    }

    /// The line is gone, and the answer with it.
    pub(super) fn disconnected(&mut self) {
        if self.asked.take().is_some() {
            self.state = SearchState::Refused(ErrorCode::Unavailable);
        }
    }
}
