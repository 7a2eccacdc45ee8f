//! The client's state machines: pure Rust, without Leptos or a browser, tested with plain `#[test]`.
//!
//! | module | what |
//! |---|---|
//! | [`conversation`] | everything a page knows; turns frames from the server into state and into frames to send |
//! | [`timeline`] | the rows of one topic: events in order, and gaps for what is not loaded |
//! | [`history`] | loads ranges of a topic's log, one request at a time |
//! | [`outbox`] | drafts until the server has committed them |
//! | [`refusal`] | why the server refused a draft |
//! | [`backoff`] | delays between attempts to connect |
//! | [`completion`], [`emoji`] | suggestions for mentions and emoji while typing |
//! | [`initials`] | the letters of a person's badge |
//! | [`quick_switcher`] | the topics and people that a text finds |
//! | [`swipe`] | what the movement of a finger on a message means |
//! | [`topic_filter`] | the topics of a list that a text finds |

#![warn(missing_docs)]

pub mod backoff;
pub mod completion;
pub mod conversation;
pub mod emoji;
pub mod history;
pub mod initials;
pub mod outbox;
pub mod quick_switcher;
pub mod refusal;
pub(crate) mod sorted;
pub mod swipe;
pub mod timeline;
pub mod topic_filter;

#[cfg(test)]
pub(crate) mod fixtures;
