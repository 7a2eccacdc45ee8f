//! The wire: every frame of `chorus.v1`, its newtypes and its table of codes.
//!
//! Pure serde: server and browser compile the same lines. Parsing is the only way in. The feature `schema` adds JSON Schemas of the
//! types, which the server publishes and no page carries.
//! `docs/PROTOCOL.md` shows an example of each frame; a test holds the two together.

#![warn(missing_docs)]

mod about;
mod about_change;
mod apply;

mod code;
mod emoji;
mod event;
mod frame;
mod id;
mod invisible;
mod membership;
mod plain_text;

mod slug;
mod summary;
mod text;
mod timestamp;
mod topic;

pub use about::About;
pub use about_change::{AboutChange, AboutFields};
pub use code::{CloseCode, ErrorCode};
pub use emoji::{Emoji, EmojiError};
pub use event::{Author, Event, EventKind, Person, Reactions};
pub use frame::{
    ClientFrame, HistoryRange, PROTOCOL_VERSION, Position, ServerFrame, SubscriptionMode, WelcomeLimits,
};
pub use id::{ConnectionId, DraftId, Epoch, UserId};
pub use invisible::is_invisible;
pub use membership::{Follow, Head, Membership};
pub use plain_text::plain_text;
pub use summary::{SearchHit, SnippetPart, TopicSummary};
pub use text::{ANONYMOUS, Body, Name, TextError};
pub use timestamp::Timestamp;
pub use topic::{TopicName, TopicNameError};

/// The WebSocket subprotocol that speaks these frames.
pub const SUBPROTOCOL: &str = "chorus.v1";
