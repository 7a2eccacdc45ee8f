mod block;
mod blocks;
mod jump;
mod read_tracking;
mod scroll;
mod view_samples;

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, EventTarget},
};

use self::{block::Block, blocks::Blocks, scroll::Scroll};
use super::{
    PendingRow,
    lazy::{empty, lazy},
};
use crate::{
    browser::{calendar, focus},
    chat::{Chat, ReadingPosition},
    erased::{
        Derived, Erase, ErasedView, each, effect, effect_deferred, effect_with_previous, memo, reactive, when,
    },
    i18n::language,
    model::{outbox::OutboxEntry, timeline::RowKey},
};

/// The log of a topic. It stays at the newest row while the reader is at the end, and otherwise shows a button to go
/// there. Coming back to a topic restores the reading position.
#[component]
pub(crate) fn Log() -> impl IntoView {
    let texts = language().log();
    let chat = Chat::from_context();
    let topic = chat.topic();
    let known = chat.is_known();
    let target = chat.target().get_untracked();
    let keys = chat.row_keys();
    let pending = chat.pending();
    let blocks = Memo::new(move |before: Option<&Blocks>| keys.with(|keys| Blocks::of(keys, before)));
    let many = memo(move || blocks.with(Blocks::are_many));
    let (scroll, to_first) = start(chat, target, keys);
    let is_away = is_away_from_end(scroll);
    scroll_on_request(chat, scroll);
    let below_unread = read_tracking::mark_viewed_messages(chat, scroll);
    let busy = jump::is_history_busy(chat);
    create_formatters();
    view! {
        <div
            class="log"
            data-around=target.map(|_| "")
            aria-busy=reactive(move || (!known.get()).to_string())
            node_ref=scroll.element
            use:hydrated=scroll
            on:scroll=move |_| scroll.scrolled(topic.clone())
            on:focusin=move |event| {
                focus::focus_entered(&event);
                chat.set_focused_row(message_at(event.target()));
            }
            on:focusout=move |event| chat.set_focused_row(message_at(event.related_target()))
            on:pointerover=move |event| chat.set_hovered_row(message_at(event.target()))
            on:pointerleave=move |_| chat.set_hovered_row(None)
            tabindex="0"
            role="region"
            aria-label=texts.messages
        >
            // History is not announced by screen readers while it loads.
            <div role="log" aria-label=texts.oldest_first aria-busy=reactive(move || busy.get().then_some("true")) data-many=reactive(move || many.get().then_some(""))>
                {loading(known, chat.refusal())}
                {nothing_written(known, keys, pending)}
                {each(move || blocks.with(Blocks::ids), |id| *id, move |id| view! {
                    <Block id blocks many/>
                }.erased())}
            </div>
            // Outside of the `log` role: only committed messages are announced.
            <ol aria-label=texts.pending_messages>
                {each(move || pending.get(), |entry| entry.draft.id, move |entry| view! {
                    <PendingRow entry/>
                }.erased())}
            </ol>
        </div>
        {when(move || below_unread.get(), move || lazy(move |parts| (parts.unread_bar)(to_first), empty))}
        {when(move || is_away.get(), move || view! {
            <button class="to-end" type="button" on:click=move |_| scroll.scroll_to_newest()>
                {reactive(move || if scroll.unseen.get() { texts.new_messages } else { texts.jump_to_newest })}
            </button>
        }.erased())}
    }.erased()
}

/// Restores the reading position, or goes to the message of the address, which takes precedence. Returns the scroll state, and
/// whether the log goes to the first unread message.
fn start(chat: Chat, target: Option<u64>, keys: Derived<Vec<RowKey>>) -> (Scroll, RwSignal<bool>) {
    let saved_position = chat.reading_position().filter(|_| target.is_none());
    let starts_at_end = target.is_none() && !matches!(saved_position, Some(ReadingPosition::At(_)));
    let scroll = Scroll::new(chat, starts_at_end);
    scroll.follow(saved_position);
    jump::scroll_to_target(chat, scroll, keys);
    effect(move || chat.update_rows());
    effect(move || chat.use_local_days());
    let to_first = jump::scroll_to_first_unread(chat, scroll, keys);
    if starts_at_end && chat.opened_with_unread() {
        to_first.set(true);
    }
    (scroll, to_first)
}

/// Whether to show the button to the newest message. Set by an effect, because the server's markup has no such button: hydration would
/// fail for a reader who has scrolled already.
fn is_away_from_end(scroll: Scroll) -> RwSignal<bool> {
    let is_away = RwSignal::new(false);
    effect(move || is_away.set(scroll.unseen.get() || !scroll.at_end.get()));
    is_away
}

fn scroll_on_request(chat: Chat, scroll: Scroll) {
    let newest = chat.newest_requests();
    effect_with_previous(move |before: Option<u64>| {
        let now = newest.get();
        if before.is_some_and(|before| before != now) {
            scroll.scroll_to_newest();
        }
        now
    });
}

/// Creates the browser's formatters before the first message arrives: their first use is slow.
fn create_formatters() {
    effect_deferred(|| drop(calendar::short_time(calendar::now())));
    effect_deferred(|| drop(calendar::full_time(calendar::now())));
}

fn loading(known: Derived<bool>, refusal: Derived<Option<String>>) -> ErasedView {
    let texts = language().topic();
    let text = move || if refusal.get().is_some() { texts.topic_unavailable } else { texts.loading };
    when(move || !known.get(), move || view! { <p class="empty">{reactive(text)}</p> }.erased())
}

fn nothing_written(
    known: Derived<bool>,
    keys: Derived<Vec<RowKey>>,
    pending: Derived<Vec<OutboxEntry>>,
) -> ErasedView {
    let texts = language().log();
    let is_empty = move || known.get() && !keys.with(|keys| has_content(keys)) && pending.with(Vec::is_empty);
    let hint = move || {
        view! {
            <p class="empty">
                {texts.empty} <br/> <small>{texts.be_first}</small>
            </p>
        }
        .erased()
    };
    when(is_empty, hint)
}

fn hydrated(element: Element, scroll: Scroll) {
    scroll.hydrated(&element);
}

/// The message whose row an element is in.
fn message_at(target: Option<EventTarget>) -> Option<u64> {
    let element = target?.dyn_into::<Element>().ok()?;
    element.closest(".message").ok()??.id().strip_prefix('m')?.parse().ok()
}

fn has_content(keys: &[RowKey]) -> bool {
    keys.iter().any(|key| !matches!(key, RowKey::Notice(_)))
}
