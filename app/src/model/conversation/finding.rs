//! Looking for messages: one search at a time, and what it found.

use super::{Conversation, Link};
use crate::protocol::{ClientFrame, ErrorCode, SearchHit, TopicName};

/// So many hits are asked for at once.
const PART: u32 = 20;

/// What is looked for, and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// As it was typed.
    pub query: String,
    /// Where; none for everywhere.
    pub topic: Option<TopicName>,
    /// Where the reader's days begin, in minutes east of UTC: one for each day in the query.
    pub offsets: Vec<i16>,
    /// The messages that were found, newest first.
    pub hits: Vec<SearchHit>,
    /// How far it is.
    pub state: Search,
    /// Messages may be missing that the server has not indexed yet.
    pub incomplete: bool,
    asked: Option<u64>,
}

/// How far a search is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Search {
    /// Nothing was looked for.
    #[default]
    Not,
    /// The server is looking.
    Sent,
    /// It has looked; where it goes on, if there is more.
    Done(Option<String>),
    /// It would not look.
    Refused(ErrorCode),
}

impl Conversation {
    /// Looks for messages, in one topic or in all.
    pub fn search(&mut self, query: String, topic: Option<TopicName>, offsets: Vec<i16>) {
        self.finding = Finding { query, topic, offsets, ..Finding::default() };
        self.look(None);
    }

    /// Looks for those that are older than what was found.
    pub fn search_on(&mut self) {
        if let Search::Done(Some(after)) = &self.finding.state {
            let after = after.clone();
            self.look(Some(after));
        }
    }

    /// What was looked for last.
    pub fn finding(&self) -> &Finding {
        &self.finding
    }

    fn look(&mut self, after: Option<String>) {
        if self.link != Link::Live {
            self.finding.state = Search::Refused(ErrorCode::Unavailable);
            return;
        }
        let reference = self.next_request();
        let Finding { query, topic, offsets, .. } = self.finding.clone();
        self.frames.push(ClientFrame::Search { reference, query, topic, after, offsets, limit: PART });
        (self.finding.state, self.finding.asked) = (Search::Sent, Some(reference));
    }
}

impl Finding {
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
            self.state = Search::Done(more);
            self.incomplete |= !complete;
        }
    }

    /// The server would not look; says whether this is what it would not do.
    pub(super) fn refused(&mut self, reference: u64, code: ErrorCode) -> bool {
        let is_this = self.asked.take_if(|asked| *asked == reference).is_some();
        if is_this {
            self.state = Search::Refused(code);
        }
        is_this
    }

    /// The line is gone, and the answer with it.
    pub(super) fn line_lost(&mut self) {
        if self.asked.take().is_some() {
            self.state = Search::Refused(ErrorCode::Unavailable);
        }
    }
}
