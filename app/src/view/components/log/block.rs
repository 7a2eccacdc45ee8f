use leptos::prelude::*;

use super::blocks::Blocks;
use crate::{
    chat::Chat,
    erased::{Derived, Erase, ErasedView, each, effect, memo, reactive},
    model::timeline::{Row, RowKey},
    view::components::{GapRow, MessageRow, NoticeRow},
};

/// A block of rows. A block out of view whose layout is settled costs the browser one element and not one a row
/// (`content-visibility`).
#[component]
pub(super) fn Block(id: u64, blocks: Memo<Blocks>, many: Derived<bool>) -> impl IntoView {
    let chat = Chat::from_context();
    let keys = memo(move || blocks.with(|blocks| blocks.rows(id)));
    let settled = LayoutCheck::start(keys, many).settled;
    view! {
        <ol data-settled=reactive(move || settled.get().then_some(""))>
            {each(move || keys.get(), |key| *key, move |key| row(chat, key).erased())}
        </ol>
    }
    .erased()
}

/// Whether the browser has laid out the current rows and remembers the block's height.
#[derive(Clone, Copy)]
struct LayoutCheck {
    settled: RwSignal<bool>,
    changes: StoredValue<u64>,
    /// Whether a check is scheduled. There are no animation frames in a hidden tab, so they must not pile up.
    is_scheduled: StoredValue<bool>,
}

impl LayoutCheck {
    /// Restarts when the block's rows change, and when there become many rows: the same change may have moved a divider
    /// into this block or out of it.
    fn start(keys: Derived<Vec<RowKey>>, many: Derived<bool>) -> Self {
        let check = Self {
            settled: RwSignal::new(false),
            changes: StoredValue::new(0),
            is_scheduled: StoredValue::new(false),
        };
        effect(move || {
            keys.track();
            many.track();
            check.settled.set(false);
            check.changes.update_value(|changes| *changes += 1);
            if !check.is_scheduled.get_value() {
                check.schedule_check();
            }
        });
        check
    }

    /// Waits one frame for the layout, and another to be sure that it is done.
    fn schedule_check(self) {
        self.is_scheduled.set_value(true);
        let before = self.changes.get_value();
        request_animation_frame(move || request_animation_frame(move || self.check(before)));
    }

    /// The block may be gone by now, hence `try_get_value`.
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

/// Renders a row, once for each key. A message's row updates itself through its signals.
fn row(chat: Chat, key: RowKey) -> Option<ErasedView> {
    Some(match chat.row(key)? {
        Row::Message(event) => view! { <MessageRow signals=chat.row_signals(event)/> }.erased(),
        Row::Gap(gap) => view! { <GapRow gap/> }.erased(),
        Row::Notice { notice, .. } => view! { <NoticeRow notice/> }.erased(),
    })
}
