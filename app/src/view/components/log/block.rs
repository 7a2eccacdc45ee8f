use leptos::prelude::*;

use super::blocks::Blocks;
use crate::{
    chat::Chat,
    erased::{Derived, Erase, ErasedView, each, effect, memo, reactive},
    model::timeline::{Row, RowKey},
    view::components::{GapRow, MessageRow, NoticeRow},
};

/// Rows that stay together. Out of sight, one that was laid out as it is costs the browser one element, not one a row.
#[component]
pub(super) fn Block(id: u64, blocks: Memo<Blocks>, many: Derived<bool>) -> impl IntoView {
    let chat = Chat::from_context();
    let keys = memo(move || blocks.with(|blocks| blocks.rows(id)));
    let settled = Settling::begin(keys, many).settled;
    view! {
        <ol data-settled=reactive(move || settled.get().then_some(""))>
            {each(move || keys.get(), |key| *key, move |key| row(chat, key).erased())}
        </ol>
    }
    .erased()
}

/// Whether the browser has laid out what is there now, and remembers how much room it takes.
#[derive(Clone, Copy)]
struct Settling {
    settled: RwSignal<bool>,
    changes: StoredValue<u64>,
    /// Where nobody looks no turn comes, however much does: one is asked for at a time.
    is_scheduled: StoredValue<bool>,
}

impl Settling {
    /// What makes rows many may change others as well: the day that stood above them stands elsewhere.
    fn begin(keys: Derived<Vec<RowKey>>, many: Derived<bool>) -> Self {
        let settling = Self {
            settled: RwSignal::new(false),
            changes: StoredValue::new(0),
            is_scheduled: StoredValue::new(false),
        };
        effect(move || {
            keys.track();
            many.track();
            settling.settled.set(false);
            settling.changes.update_value(|changes| *changes += 1);
            if !settling.is_scheduled.get_value() {
                settling.schedule_check();
            }
        });
        settling
    }

    /// One turn to lay it out, and one to have done so.
    fn schedule_check(self) {
        self.is_scheduled.set_value(true);
        let before = self.changes.get_value();
        request_animation_frame(move || request_animation_frame(move || self.check(before)));
    }

    /// The block may be gone by now.
    fn check(self, before: u64) {
        match self.changes.try_get_value() {
            Some(now) if now == before => {
                self.is_scheduled.set_value(false);
                self.settled.set(true);
            }
            Some(_) => self.schedule_check(),
            None => {}
        }
    }
}

/// A row, made once a key; a message's row follows its changes by itself.
fn row(chat: Chat, key: RowKey) -> Option<ErasedView> {
    Some(match chat.row(key)? {
        Row::Message(event) => view! { <MessageRow signals=chat.row_signals(event)/> }.erased(),
        Row::Gap(gap) => view! { <GapRow gap/> }.erased(),
        Row::Notice { notice, .. } => view! { <NoticeRow notice/> }.erased(),
    })
}
