//! The log of the topic that is shown.

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser::calendar::{self, Clock},
    erased::{Derived, memo},
    model::{
        conversation::Conversation,
        timeline::{Row, RowKey, RowStyle},
    },
    protocol::HistoryRange,
};

impl Chat {
    /// The rows of the log, oldest first, by their keys.
    pub fn row_keys(self) -> Derived<Vec<RowKey>> {
        memo(move || self.conversation.with(|c| c.current().timeline.rows().iter().map(Row::key).collect()))
    }

    /// The row of this key, as it is now.
    pub fn row(self, key: RowKey) -> Option<Row> {
        self.conversation.with_untracked(|c| c.current().timeline.row(key).cloned())
    }

    /// How many messages came since the page began.
    pub fn arrived(self) -> Derived<u64> {
        memo(move || self.conversation.with(|c| c.current().timeline.arrived()))
    }

    /// From now on days are the reader's own, and looked at again in another time zone. The server wrote UTC, and the browser draws the
    /// same at first.
    pub fn use_local_days(self) {
        Clock::from_context().track();
        self.local_days.set(true);
    }

    /// Asks for a part of the topic's past.
    pub fn load(self, span: HistoryRange) {
        if let Some(mut conversation) = self.conversation.try_write_untracked() {
            conversation.load_history(span);
        }
        self.wake();
    }

    /// Whether a part of the topic's past is asked for.
    pub fn is_loading_history(self) -> Derived<bool> {
        memo(move || self.conversation.with(|c| c.current().is_loading_history()))
    }

    /// Lets go of what is above a part that is missing, so that the newest row stands at the end of what is here.
    pub fn keep_newest(self) {
        if !self.conversation.with_untracked(|c| c.current().timeline.is_gapless()) {
            self.conversation.update(|c| c.current_mut().timeline.drop_before_last_gap());
        }
    }

    /// Whether nothing is missing down to the newest message.
    pub fn is_complete(self) -> bool {
        self.conversation.with_untracked(|c| c.current().timeline.is_gapless())
    }

    /// Lets the oldest rows go when there are more than so many. Says whether it did.
    pub fn trim(self, max_rows: usize) -> bool {
        let too_many = self.conversation.with_untracked(|c| c.current().timeline.rows().len() > max_rows);
        if too_many {
            self.conversation.update(|c| c.current_mut().timeline.trim(max_rows));
            self.prune_rows();
        }
        too_many
    }
}

/// How the messages of the topic that is shown look, by their `seq`, oldest first.
pub(super) fn looks(conversation: &Conversation, local_days: bool) -> Vec<(u64, RowStyle)> {
    let day = if local_days { calendar::local_day } else { calendar::utc_day };
    let place = conversation.current();
    place.timeline.row_styles(conversation.user, place.read_before, day)
}
