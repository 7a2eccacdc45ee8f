use leptos::{html, prelude::*};

use super::{HoleRow, MessageRow, NoticeRow, PendingRow};
use crate::{
    chat::Chat,
    timeline::{Row, RowKey},
};

/// How near to the end still counts as at the end, in CSS pixels.
const NEAR_END: i32 = 48;
/// More rows than this are let go from the top while the reader is at the end.
const MAX_ROWS: usize = 2_000;

/// The topic's log. It follows the newest row while the reader is at its end, and offers to go there otherwise.
#[component]
pub(crate) fn Log(
    /// The message that the page was opened at.
    target: Option<u64>,
) -> impl IntoView {
    let chat = Chat::here();
    let (keys, pending, arrived) = (chat.keys(), chat.pending(), chat.arrived());
    let scroller = NodeRef::<html::Div>::new();
    let at_end = RwSignal::new(target.is_none());
    let unseen = RwSignal::new(false);

    let to_end = move || {
        if let Some(element) = scroller.get_untracked() {
            element.set_scroll_top(element.scroll_height());
        }
    };
    let scrolled = move |_| {
        let Some(element) = scroller.get_untracked() else { return };
        // At the very top a browser would not keep the place when older messages come.
        if element.scroll_top() == 0 {
            element.set_scroll_top(1);
        }
        let below = element.scroll_height() - element.client_height() - element.scroll_top();
        let whole = keys.with_untracked(|keys| !matches!(keys.last(), Some(RowKey::Hole(_))));
        at_end.set(below <= NEAR_END && whole);
        if below <= NEAR_END && whole {
            unseen.set(false);
        }
    };
    Effect::new(move |before: Option<(u64, usize)>| {
        let now = (arrived.get(), pending.with(Vec::len));
        let wrote = before.is_some_and(|before| now.1 > before.1);
        match target {
            Some(seq) if before.is_none() => request_animation_frame(move || show_message(seq)),
            _ if at_end.get_untracked() || wrote => {
                chat.trim(MAX_ROWS);
                request_animation_frame(to_end);
            }
            _ if before.is_some_and(|before| now.0 > before.0) => unseen.set(true),
            _ => {}
        }
        now
    });
    // A row that grows at the end stays in view.
    let editing = chat.editing();
    Effect::new(move |_| {
        if (chat.refresh() || editing.with(Option::is_some)) && at_end.get_untracked() {
            request_animation_frame(to_end);
        }
    });
    Effect::new(move |_| {
        // A phone's keyboard makes the log smaller; the newest row stays in view.
        let _listening = window_event_listener(leptos::ev::resize, move |_| {
            if at_end.get_untracked() {
                to_end();
            }
        });
    });

    view! {
        <div class="log" node_ref=scroller on:scroll=scrolled tabindex="0" role="region" aria-label="Messages">
            <div role="log" aria-label="Messages, oldest first">
                <Show when=move || !keys.with(|keys| says_anything(keys)) && pending.with(Vec::is_empty)>
                    <p class="empty">"Nothing has been said here yet."</p>
                </Show>
                <ol>
                    <For each=move || keys.get() key=|key| *key children=move |key| row(chat, key)/>
                </ol>
            </div>
            // Not in the log: what is read aloud is what everyone has.
            <ol aria-label="On their way">
                <For each=move || pending.get() key=|entry| entry.draft.id let:entry>
                    <PendingRow entry/>
                </For>
            </ol>
        </div>
        <Show when=move || unseen.get()>
            <button class="to-end" type="button" on:click=move |_| to_end()>
                "New messages"
            </button>
        </Show>
    }
}

fn says_anything(keys: &[RowKey]) -> bool {
    keys.iter().any(|key| !matches!(key, RowKey::Notice(_)))
}

/// A row, made once a key; a message's row follows its changes by itself.
fn row(chat: Chat, key: RowKey) -> Option<AnyView> {
    Some(match chat.row(key)? {
        Row::Message(event) => view! { <MessageRow event=chat.follow(event)/> }.into_any(),
        Row::Hole(hole) => view! { <HoleRow hole/> }.into_any(),
        Row::Notice { notice, .. } => view! { <NoticeRow notice/> }.into_any(),
    })
}

fn show_message(seq: u64) {
    if let Some(element) = document().get_element_by_id(&format!("m{seq}")) {
        element.scroll_into_view();
    }
}
