//! Requests that only read, over a socket or HTTP, and their replies.

use app::protocol::{Epoch, Event, HistoryRange, SearchHit};
use serde::Deserialize;

/// A request for messages of a topic.
#[derive(Debug, Clone)]
pub(super) enum ReadRequest {
    History { topic: usize, span: HistoryRange, limit: usize },
    Search { topic: usize, word: String },
}

/// A page of history.
#[derive(Debug, Deserialize)]
pub(super) struct HistoryReply {
    pub(super) epoch: Epoch,
    pub(super) head: u64,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) events: Vec<Event>,
}

/// A page of search results.
#[derive(Debug, Deserialize)]
pub(super) struct SearchReply {
    pub(super) hits: Vec<SearchHit>,
    #[serde(default = "yes")]
    pub(super) complete: bool,
}

fn yes() -> bool {
    true
}
