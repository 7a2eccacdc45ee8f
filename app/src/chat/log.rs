//! The log of the topic that is shown.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use leptos::prelude::*;

use super::{Chat, Followed};
use crate::{
    calendar,
    conversation::Conversation,
    drawn::{Derived, memo},
    protocol::{Event, Span},
    timeline::{Look, Row, RowKey},
};

impl Chat {
    /// The rows of the log, oldest first, by their keys.
    pub fn keys(self) -> Derived<Vec<RowKey>> {
        memo(move || self.conversation.with(|c| c.place().timeline.rows().iter().map(Row::key).collect()))
    }

    /// The row of this key, as it is now.
    pub fn row(self, key: RowKey) -> Option<Row> {
        self.conversation.with_untracked(|c| c.place().timeline.row(key).cloned())
    }

    /// How many messages came since the page began.
    pub fn arrived(self) -> Derived<u64> {
        memo(move || self.conversation.with(|c| c.place().timeline.arrived()))
    }

    /// A message that follows its changes for as long as whoever asked is shown.
    pub fn follow(self, event: Arc<Event>) -> Followed {
        let seq = event.seq;
        let look = self.looks.with_untracked(|looks| looks.get(&seq).copied().unwrap_or_default());
        let followed = Followed { event: RwSignal::new(event), look: RwSignal::new(look) };
        self.followed.update_value(|all| {
            all.insert(seq, followed);
        });
        followed
    }

    /// Hands what has changed to the rows that follow it. To be run in an effect. A row that is gone by now takes no news.
    pub fn refresh(self) {
        self.conversation.track();
        let changed =
            self.conversation.try_write_untracked().map(|mut c| c.place_mut().timeline.take_changed());
        let changed = changed.unwrap_or_default();
        for event in &changed {
            let followed = self.followed.with_value(|all| all.get(&event.seq).copied());
            let _ = followed.and_then(|followed| followed.event.try_set(Arc::clone(event)));
        }
        self.looks.with(|looks| {
            self.followed.with_value(|all| {
                for (followed, look) in
                    all.iter().filter_map(|(seq, followed)| Some((followed, looks.get(seq)?)))
                {
                    if followed.look.try_get_untracked().is_some_and(|shown| shown != *look) {
                        followed.look.set(*look);
                    }
                }
            });
        });
    }

    /// From now on days are the reader's own. The server wrote UTC, and the browser draws the same at first.
    pub fn use_local_days(self) {
        self.local_days.set(true);
    }

    /// The message at a place, as it stands; none while it is not loaded.
    pub fn message(self, seq: u64) -> Derived<Option<Arc<Event>>> {
        memo(move || self.conversation.with(|c| c.place().message(seq).cloned()))
    }

    /// Asks for a part of the topic's past.
    pub fn load(self, span: Span) {
        if let Some(mut conversation) = self.conversation.try_write_untracked() {
            conversation.want(span);
        }
        self.wake();
    }

    /// Lets go of what is above a part that is missing, so that the newest row stands at the end of what is here.
    pub fn newest_only(self) {
        if !self.conversation.with_untracked(|c| c.place().timeline.is_whole()) {
            self.conversation.update(|c| c.place_mut().timeline.newest_only());
        }
    }

    /// Whether nothing is missing down to the newest message.
    pub fn is_whole(self) -> bool {
        self.conversation.with_untracked(|c| c.place().timeline.is_whole())
    }

    /// Lets the oldest rows go when there are more than so many. Says whether it did.
    pub fn trim(self, max_rows: usize) -> bool {
        let too_many = self.conversation.with_untracked(|c| c.place().timeline.rows().len() > max_rows);
        if too_many {
            self.conversation.update(|c| c.place_mut().timeline.trim(max_rows));
            let seqs = |c: &Conversation| {
                c.place()
                    .timeline
                    .rows()
                    .iter()
                    .filter_map(Row::message)
                    .map(|event| event.seq)
                    .collect::<HashSet<_>>()
            };
            let kept = self.conversation.with_untracked(seqs);
            self.followed.update_value(|followed| followed.retain(|seq, _| kept.contains(seq)));
        }
        too_many
    }
}

/// How the messages of the topic that is shown look.
pub(super) fn looks(conversation: &Conversation, local_days: bool) -> HashMap<u64, Look> {
    let day = if local_days { calendar::day } else { calendar::utc_day };
    let place = conversation.place();
    place.timeline.looks(conversation.user, place.read_before, day).into_iter().collect()
}
