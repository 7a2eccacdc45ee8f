use leptos::prelude::*;

use super::blocks::Blocks;
use crate::{
    chat::Chat,
    components::{HoleRow, MessageRow, NoticeRow},
    drawn::{Derived, Draw, Drawn, each, effect, live, memo},
    timeline::{Row, RowKey},
};

/// Rows that stay together. Out of sight, one that was laid out as it is costs the browser one element, not one a row.
#[component]
pub(super) fn Block(id: u64, blocks: Memo<Blocks>, many: Derived<bool>) -> impl IntoView {
    let chat = Chat::here();
    let keys = memo(move || blocks.with(|blocks| blocks.rows(id)));
    let settled = settles(keys, many);
    view! {
        <ol data-settled=live(move || settled.get().then_some(""))>
            {each(move || keys.get(), |key| *key, move |key| row(chat, key).drawn())}
        </ol>
    }
    .drawn()
}

/// Whether the browser has laid out what is there now, and remembers how much room it takes. What makes rows many may change others
/// as well: the day that stood above them stands elsewhere.
fn settles(keys: Derived<Vec<RowKey>>, many: Derived<bool>) -> RwSignal<bool> {
    let (settled, changes) = (RwSignal::new(false), StoredValue::new(0));
    effect(move || {
        (keys.track(), many.track());
        settled.set(false);
        let change = changes.get_value() + 1;
        changes.set_value(change);
        let settle = move || {
            if changes.try_get_value() == Some(change) {
                settled.set(true);
            }
        };
        // One turn to lay it out, and one to have done so.
        request_animation_frame(move || request_animation_frame(settle));
    });
    settled
}

/// A row, made once a key; a message's row follows its changes by itself.
fn row(chat: Chat, key: RowKey) -> Option<Drawn> {
    Some(match chat.row(key)? {
        Row::Message(event) => view! { <MessageRow followed=chat.follow(event)/> }.drawn(),
        Row::Hole(hole) => view! { <HoleRow hole/> }.drawn(),
        Row::Notice { notice, .. } => view! { <NoticeRow notice/> }.drawn(),
    })
}
