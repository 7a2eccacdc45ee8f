//! The rows of the topic that is shown.

use leptos::prelude::*;

use super::Chat;
use crate::{
    browser::calendar::{self, DayClock},
    erased::{Derived, memo},
    model::{
        conversation::Conversation,
        timeline::{Row, RowKey, RowStyle},
    },
    protocol::HistoryRange,
};

impl Chat {
    /// The keys of the rows, oldest first.
    pub fn row_keys(self) -> Derived<Vec<RowKey>> {
        memo(move || self.conversation.with(|c| c.current().timeline.rows().iter().map(Row::key).collect()))
    }

    pub fn row(self, key: RowKey) -> Option<Row> {
        self.conversation.with_untracked(|c| c.current().timeline.row(key).cloned())
    }

    /// Counts the messages that arrived since the page was opened.
    pub fn arrived(self) -> Derived<u64> {
        memo(move || self.conversation.with(|c| c.current().timeline.arrived()))
    }

    /// Switches from UTC to local days, and updates them when the time zone changes. The first render must use UTC to
    /// match the server's markup. Must run in an effect.
    pub fn use_local_days(self) {
        DayClock::from_context().track();
        self.local_days.set(true);
    }

    /// Loads a part of the topic's history.
    pub fn load(self, span: HistoryRange) {
        if let Some(mut conversation) = self.conversation.try_write_untracked() {
            conversation.load_history(span);
        }
        self.wake();
    }

    /// Whether a part of the history is being loaded.
    pub fn is_loading_history(self) -> Derived<bool> {
        memo(move || self.conversation.with(|c| c.current().is_loading_history()))
    }

    /// Drops the messages before the last gap, so that the newest row is next to what is loaded.
    pub fn keep_newest(self) {
        if !self.conversation.with_untracked(|c| c.current().timeline.is_gapless()) {
            self.conversation.update(|c| c.current_mut().timeline.drop_before_last_gap());
        }
    }

    /// Whether the log has no gap before the newest message.
    pub fn is_complete(self) -> bool {
        self.conversation.with_untracked(|c| c.current().timeline.is_gapless())
    }

    /// Drops the oldest rows if there are more than `max_rows`. Returns whether it did.
    pub fn trim(self, max_rows: usize) -> bool {
        let too_many = self.conversation.with_untracked(|c| c.current().timeline.rows().len() > max_rows);
        if too_many {
            self.conversation.update(|c| c.current_mut().timeline.trim(max_rows));
            self.prune_rows();
        }
        too_many
    }
}

/// The styles of the message rows, by their `seq`, oldest first.
pub(super) fn row_styles(conversation: &Conversation, local_days: bool) -> Vec<(u64, RowStyle)> {
    let day = if local_days { calendar::local_day } else { calendar::utc_day };
    let place = conversation.current();
    place.timeline.row_styles(conversation.user, place.new_after, day)
}
