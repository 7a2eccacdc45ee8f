//! How far the reader of the topic has read.

use leptos::prelude::*;

use super::Chat;
use crate::{
    erased::{Derived, memo},
    model::{conversation::Conversation, timeline::FirstUnread},
    protocol::Membership,
};

impl Chat {
    /// The messages from one place to another were in view for as long as it takes to read them.
    pub(crate) fn mark_viewed(self, first: u64, last: u64) {
        self.read_by(|c| c.mark_viewed(first, last));
    }

    /// All that the topic holds counts as read.
    pub(crate) fn mark_as_read(self) {
        self.read_by(Conversation::mark_all_read);
    }

    /// The reader comes back to the page, and is shown where unread messages begin.
    pub(crate) fn returned(self) {
        self.conversation.try_update(Conversation::reset_unread_marker);
    }

    /// The first message that the reader has not read.
    pub(crate) fn first_unread(self) -> Derived<Option<FirstUnread>> {
        memo(move || self.conversation.with(Conversation::first_unread))
    }

    /// Asks for the messages where unread ones begin.
    pub(crate) fn load_first_unread(self) {
        let first = self.conversation.with_untracked(|c| c.memberships.get(c.topic()).map(|m| m.read + 1));
        if let Some(seq) = first {
            self.load_around(seq);
        }
    }

    /// How many messages of the topic are unread, and how many of them mention the reader; 0 when they do not follow it.
    pub(crate) fn unread(self) -> Derived<(u64, u64)> {
        let unread = |membership: &Membership| (membership.unread(), membership.mentions);
        memo(move || self.conversation.with(|c| c.memberships.get(c.topic()).map(unread).unwrap_or_default()))
    }

    /// Whether unread messages were there when the topic was opened.
    pub(crate) fn opened_with_unread(self) -> bool {
        self.conversation.with_untracked(|c| c.current().read_before.is_some())
    }

    fn read_by(self, read: impl FnOnce(&mut Conversation)) {
        let is_another = self.conversation.try_maybe_update(|c| {
            let before = c.memberships.clone();
            read(c);
            let is_another = c.memberships != before;
            (is_another, is_another)
        });
        if is_another == Some(true) {
            self.wake();
        }
    }
}
