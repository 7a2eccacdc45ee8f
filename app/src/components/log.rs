use leptos::{html, prelude::*};

use super::{HoleRow, MessageRow, NoticeRow, PendingRow, blocks::Blocks};
use crate::{
    chat::Chat,
    near,
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
    let blocks = Memo::new(move |before: Option<&Blocks>| keys.with(|keys| Blocks::of(keys, before)));
    let scroller = NodeRef::<html::Div>::new();
    let at_end = RwSignal::new(target.is_none());
    let unseen = RwSignal::new(false);

    // Where the reader was last: only who goes up from there leaves the end, not whoever is overtaken by new rows.
    let last_top = StoredValue::new(0);
    // Whether what grows keeps the end in view: not while the reader is on the way up from there, however near still.
    let pinned = StoredValue::new(target.is_none());

    let to_end = move || {
        if let Some(element) = scroller.get_untracked() {
            element.set_scroll_top(element.scroll_height());
            last_top.set_value(element.scroll_top());
            pinned.set_value(true);
        }
    };
    let to_newest = move |_| {
        chat.newest_only();
        at_end.set(true);
        unseen.set(false);
        request_animation_frame(to_end);
    };
    let scrolled = move |_| {
        let Some(element) = scroller.get_untracked() else { return };
        // At the very top a browser would not keep the place when older messages come.
        if element.scroll_top() == 0 {
            element.set_scroll_top(1);
        }
        let top = element.scroll_top();
        let goes_up = top < last_top.get_value();
        last_top.set_value(top);
        let below = element.scroll_height() - element.client_height() - top;
        pinned.set_value(below <= 1 || (pinned.get_value() && !goes_up));
        if below <= NEAR_END && chat.is_whole() {
            at_end.set(true);
            unseen.set(false);
        } else if goes_up {
            at_end.set(false);
        }
    };
    let written = chat.written();
    Effect::new(move |before: Option<(u64, u64)>| {
        let now = (arrived.get(), written.get());
        let wrote = before.is_some_and(|before| now.1 > before.1);
        match target {
            Some(seq) if before.is_none() => request_animation_frame(move || show_message(seq)),
            _ if at_end.get_untracked() || wrote => {
                at_end.set(true);
                chat.newest_only();
                if chat.trim(MAX_ROWS) {
                    last_top.set_value(0);
                }
                request_animation_frame(to_end);
            }
            _ if before.is_some_and(|before| now.0 > before.0) => unseen.set(true),
            _ => {}
        }
        now
    });
    Effect::new(move |_| chat.refresh());
    // Whatever grows, and however small a phone's keyboard makes the log: at the end, the newest row stays in view.
    near::watch_size(scroller, move || {
        if at_end.get_untracked() && pinned.get_value() {
            to_end();
        }
    });

    view! {
        <div
            class="log"
            data-around=target.map(|_| "")
            node_ref=scroller
            on:scroll=scrolled
            tabindex="0"
            role="region"
            aria-label="Messages"
        >
            <div role="log" aria-label="Messages, oldest first">
                <Show when=move || !keys.with(|keys| says_anything(keys)) && pending.with(Vec::is_empty)>
                    <p class="empty">"Nothing has been said here yet."</p>
                </Show>
                <ol>
                    <For each=move || blocks.with(Blocks::ids) key=|id| *id let:id>
                        <Block id blocks target/>
                    </For>
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
            <button class="to-end" type="button" on:click=to_newest>
                "New messages"
            </button>
        </Show>
    }
}

/// Rows that came at once.
#[component]
fn Block(id: u64, blocks: Memo<Blocks>, target: Option<u64>) -> impl IntoView {
    let chat = Chat::here();
    let keys = Memo::new(move |_| blocks.with(|blocks| blocks.rows(id)));
    view! { <For each=move || keys.get() key=|key| *key children=move |key| row(chat, key, target)/> }
}

fn says_anything(keys: &[RowKey]) -> bool {
    keys.iter().any(|key| !matches!(key, RowKey::Notice(_)))
}

/// A row, made once a key; a message's row follows its changes by itself.
fn row(chat: Chat, key: RowKey, target: Option<u64>) -> Option<AnyView> {
    Some(match chat.row(key)? {
        Row::Message(event) => {
            let is_target = target == Some(event.seq);
            view! { <MessageRow event=chat.follow(event) is_target/> }.into_any()
        }
        Row::Hole(hole) => view! { <HoleRow hole/> }.into_any(),
        Row::Notice { notice, .. } => view! { <NoticeRow notice/> }.into_any(),
    })
}

fn show_message(seq: u64) {
    if let Some(element) = document().get_element_by_id(&format!("m{seq}")) {
        element.scroll_into_view();
    }
}
