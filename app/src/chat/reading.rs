//! How far the person has read the topic.

use leptos::prelude::*;

use super::{Chat, notifications};
use crate::{
    erased::{Derived, memo},
    model::{conversation::Conversation, timeline::FirstUnread},
    protocol::Membership,
};

impl Chat {
    /// Marks messages as viewed: they were in view long enough to be read.
    pub(crate) fn mark_viewed(self, first: u64, last: u64) {
        self.update_reading(&|c| c.mark_viewed(first, last));
    }

    /// Marks all messages of the topic as read.
    pub(crate) fn mark_as_read(self) {
        self.update_reading(&Conversation::mark_all_read);
    }

    /// Marks a message and all after it as unread.
    pub(crate) fn mark_unread(self, seq: u64) {
        self.update_reading(&|c| c.mark_unread(seq));
    }

    /// Marks all messages of all topics as read.
    pub(crate) fn mark_everything_read(self) {
        self.update_reading(&Conversation::mark_everything_read);
    }

    /// Whether the person follows the topic, so that its messages can be unread.
    pub(crate) fn is_followed(self) -> bool {
        self.conversation.with_untracked(|c| c.memberships.get(c.topic()).is_some())
    }

    /// Whether any topic has unread messages that it shows. A muted one shows only mentions.
    pub(crate) fn has_unread(self) -> Derived<bool> {
        memo(move || self.conversation.with(|c| c.memberships.all().any(notifications::has_unread)))
    }

    /// The person has returned to the page: the mark for unread messages moves to where they begin now.
    pub(crate) fn returned(self) {
        self.conversation.try_update(Conversation::reset_unread_marker);
    }

    pub(crate) fn first_unread(self) -> Derived<Option<FirstUnread>> {
        memo(move || self.conversation.with(Conversation::first_unread))
    }

    /// Loads the messages around the first unread one.
    pub(crate) fn load_first_unread(self) {
        let first = self.conversation.with_untracked(|c| c.memberships.get(c.topic()).map(|m| m.read + 1));
        if let Some(seq) = first {
            self.load_around(seq);
        }
    }

    /// The numbers of unread messages and of those that mention the person. Both are 0 if the person does not follow
    /// the topic.
    pub(crate) fn unread(self) -> Derived<(u64, u64)> {
        let unread = |membership: &Membership| (membership.unread(), membership.mentions);
        memo(move || self.conversation.with(|c| c.memberships.get(c.topic()).map(unread).unwrap_or_default()))
    }

    /// Whether there were unread messages when the topic was opened.
    pub(crate) fn opened_with_unread(self) -> bool {
        self.conversation.with_untracked(|c| c.current().new_after.is_some())
    }

    fn update_reading(self, read: &dyn Fn(&mut Conversation)) {
        let has_changed = self.conversation.try_maybe_update(|c| {
            let before = c.reading_state();
            read(c);
            let has_changed = c.reading_state() != before;
            (has_changed, has_changed)
        });
        if has_changed == Some(true) {
            self.wake();
        }
    }
}
