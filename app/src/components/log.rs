use leptos::{html, prelude::*};

use super::{MessageRow, NoticeRow, PendingRow};
use crate::{chat::Chat, timeline::Row};

/// How near to the end still counts as at the end, in CSS pixels.
const NEAR_END: i32 = 48;

/// The topic's log. It follows the newest row while the reader is at its end, and offers to go there otherwise.
#[component]
pub(crate) fn Log() -> impl IntoView {
    let chat = Chat::here();
    let (rows, pending) = (chat.rows(), chat.pending());
    let scroller = NodeRef::<html::Div>::new();
    let at_end = RwSignal::new(true);
    let unseen = RwSignal::new(false);

    let to_end = move || {
        if let Some(element) = scroller.get_untracked() {
            element.set_scroll_top(element.scroll_height());
        }
    };
    let scrolled = move |_| {
        let Some(element) = scroller.get_untracked() else { return };
        let below = element.scroll_height() - element.client_height() - element.scroll_top();
        at_end.set(below <= NEAR_END);
        if below <= NEAR_END {
            unseen.set(false);
        }
    };
    Effect::new(move |before: Option<(u64, usize)>| {
        let now = (rows.with(|rows| newest(rows)), pending.with(Vec::len));
        let wrote = before.is_some_and(|before| now.1 > before.1);
        if at_end.get_untracked() || wrote {
            request_animation_frame(to_end);
        } else if before.is_some_and(|before| now.0 > before.0) {
            unseen.set(true);
        }
        now
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
                <Show when=move || rows.with(|rows| newest(rows) == 0) && pending.with(Vec::is_empty)>
                    <p class="empty">"Nothing has been said here yet."</p>
                </Show>
                <ol>
                    <For each=move || rows.get() key=key children=row/>
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

/// Tells rows apart. Another history may use a `seq` again, but not at the same moment.
fn key(row: &Row) -> (u64, u64) {
    match row {
        Row::Message(event) => (event.at.0, event.seq),
        Row::Notice { n, .. } => (0, *n),
    }
}

fn row(row: Row) -> AnyView {
    match row {
        Row::Message(event) => view! { <MessageRow event/> }.into_any(),
        Row::Notice { notice, .. } => view! { <NoticeRow notice/> }.into_any(),
    }
}

fn newest(rows: &[Row]) -> u64 {
    let seq = |row: &Row| match row {
        Row::Message(event) => Some(event.seq),
        Row::Notice { .. } => None,
    };
    rows.iter().rev().find_map(seq).unwrap_or(0)
}
