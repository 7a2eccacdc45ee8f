//! The wire protocol `chorus.v1`: its frames, newtypes and error codes.
//!
//! Server, browser and other Rust clients share these types. Names, bodies, emoji and topic names can only be made by
//! parsing, so every value is valid. The feature `schema` adds the JSON Schemas that the server publishes.
//!
//! `docs/PROTOCOL.md` shows an example of each frame, and `app/tests/wire` compares the two.

#![warn(missing_docs)]

mod about;
mod about_change;
mod action;
mod apply;
mod code;
mod digit;
mod emoji;
mod event;
#[cfg(test)]
pub(crate) mod fixtures;
mod frame;
mod id;
mod insertion_sort;
mod invisible;
mod membership;
mod plain_text;
mod search_query;
mod slug;
mod summary;
mod text;
mod timestamp;
mod topic;

pub use about::About;
pub use about_change::{AboutChange, AboutFields};
pub use action::{Action, RenderedText};
pub use code::{CloseCode, ErrorCode};
pub use digit::ascii_digit;
pub use emoji::{Emoji, EmojiError};
pub use event::{Author, Event, EventIdentity, EventKind, Person, Reactions};
pub use frame::{
    ActionFrame, ClientFrame, DEFAULT_PAGE_SIZE, HistoryRange, PROTOCOL_VERSION, Position, ServerFrame,
    SubscriptionMode, WelcomeLimits,
};
pub use id::{ConnectionId, DraftId, Epoch, UserId};
pub(crate) use insertion_sort::insertion_sort;
pub use invisible::is_invisible;
pub use membership::{Follow, Head, Membership};
pub use plain_text::plain_text;
pub use search_query::{QueryFilter, QueryPart, SearchDay, split_query};
pub(crate) use slug::fold;
pub use summary::{SearchHit, SnippetPart, TopicSummary};
pub use text::{ANONYMOUS, Body, Name, TextError};
pub use timestamp::Timestamp;
pub use topic::{TopicName, TopicNameError, topic_words};

/// The WebSocket subprotocol of these frames.
pub const SUBPROTOCOL: &str = "chorus.v1";
