use std::sync::Arc;

use leptos::prelude::*;

use super::{Badge, Divider, MessageActions, Quote, ReactionList, Time, draft_state::DraftState, lazy::lazy};
use crate::{
    browser::base_path::message_address,
    chat::{Chat, RowSignals},
    erased::{Derived, Erase, ErasedView, each, memo, reactive, when},
    i18n::language,
    model::outbox::{OutboxEntry, SendState, optimistic},
    protocol::{Event, EventKind},
};

/// A message of the log. The person's own changes show at once, before they are committed.
#[component]
pub(crate) fn MessageRow(signals: RowSignals) -> impl IntoView {
    let texts = language().log();
    let chat = Chat::from_context();
    let RowSignals { event, style, changes, active } = signals;
    let Event { seq, at, author, topic, kind } = event.get_untracked().as_ref().clone();
    let mine = chat.is_me(author.user);
    let target = chat.target();
    let shown = memo(move || changes.with(|changes| optimistic(&event.get(), changes)));
    let deleted = memo(move || shown.with(Event::is_deleted));
    let edited = move || shown.with(|event| event.revision() != seq && !event.is_deleted());
    let shown_changes = move || changes.get().into_iter().filter(is_shown).collect::<Vec<_>>();
    let mentioned = memo(move || shown.with(|event| event.mentions(chat.user())));
    let unverified = author.unverified.then(unverified_mark);
    let quote = kind.reply_to().map(|message| view! { <Quote topic=topic.clone() message/> });
    view! {
        <Divider at style/>
        <li
            class="message"
            id=format!("m{seq}")
            aria-labelledby=format!("m{seq}-author m{seq}-time m{seq}-text")
            data-mine=mine.then_some("")
            data-target=reactive(move || (target.get() == Some(seq)).then_some(""))
            data-deleted=reactive(move || deleted.get().then_some(""))
            data-goes-on=reactive(move || style.get().is_continuation.then_some(""))
            data-mentioned=reactive(move || mentioned.get().then_some(""))
        >
            <Badge user=author.user name=author.name.clone()/>
            <p class="by">
                <bdi class="author" id=format!("m{seq}-author")>{author.name.to_string()}</bdi>
                {unverified}
                <a class="permalink" id=format!("m{seq}-time") aria-labelledby=format!("m{seq}-time m{seq}-author") href=message_address(&topic, seq)>
                    <Time at/>
                </a>
                {when(edited, move || view! {
                    <small class="edited">{texts.edited}</small>
                }.erased())}
            </p>
            {quote}
            <Body event shown/>
            <ReactionList message=seq shown/>
            {each(shown_changes, OutboxEntry::clone, move |entry| view! {
                <Change entry/>
            }.erased())}
            {when(move || !deleted.get(), move || view! {
                <MessageActions event shown mine active/>
            }.erased())}
        </li>
    }
    .erased()
}

/// Says that a name came with the message.
pub(super) fn unverified_mark() -> ErasedView {
    let texts = language().log();
    view! {
        <small class="unverified" title=texts.unverified_hint>
            {texts.unverified}
        </small>
    }
    .erased()
}

/// The text, or the form that edits it.
#[component]
fn Body(event: RwSignal<Arc<Event>>, shown: Derived<Event>) -> impl IntoView {
    let seq = event.with_untracked(|event| event.seq);
    let editing = Chat::from_context().editing();
    let editing = memo(move || editing.with(|e| e.clone().filter(|e| e.message == seq)));
    reactive(move || match editing.get() {
        Some(editing) => {
            let text = move || view! { <Text shown/> }.erased();
            lazy(move |parts| (parts.edit_form)(editing.clone(), event), text)
        }
        None => view! { <Text shown/> }.erased(),
    })
}

/// A message's text, plain or as HTML. A long one is folded.
#[component]
fn Text(shown: Derived<Event>) -> impl IntoView {
    let texts = language().log();
    let seq = shown.with_untracked(|message| message.seq);
    let unfolded = RwSignal::new(false);
    let long = memo(move || shown.with(is_long));
    let html = memo(move || shown.with(html));
    let text = reactive(move || match html.get() {
        // Safe: the server has sanitised the HTML.
        Some(html) => view! { <div class="body markup" inner_html=html></div> }.erased(),
        None => view! { <p class="body" dir="auto">{reactive(move || shown.with(text))}</p> }.erased(),
    });
    view! {
        <div class="fold" id=format!("m{seq}-text") data-folded=reactive(move || (long.get() && !unfolded.get()).then_some(""))>
            {text}
        </div>
        {when(move || long.get(), move || view! {
            <button
                type="button"
                class="quiet unfold"
                aria-expanded=reactive(move || unfolded.get().to_string())
                on:click=move |_| unfolded.update(|is| *is = !*is)
            >
                {reactive(move || if unfolded.get() { texts.show_less } else { texts.show_more })}
            </button>
        }.erased())}
    }
    .erased()
}

/// A change that is not committed. The text of a refused one stays readable.
#[component]
fn Change(entry: OutboxEntry) -> impl IntoView {
    let text = entry.draft.action.body().unwrap_or_default().to_owned();
    let refused = matches!(entry.state, SendState::Refused(_)) && !text.is_empty();
    let quote = refused.then(|| view! { <q class="words" dir="auto">{text}</q> });
    view! {
        <p class="change" data-refused=refused.then_some("")>
            {quote}
            <DraftState entry/>
        </p>
    }
    .erased()
}

/// Whether a change is listed below the message: one that is being sent is not.
fn is_shown(entry: &OutboxEntry) -> bool {
    matches!(entry.state, SendState::Waiting | SendState::Refused(_))
}

fn html(event: &Event) -> Option<String> {
    match &event.kind {
        EventKind::Message { html, deleted: false, .. } => html.clone(),
        _ => None,
    }
}

fn text(event: &Event) -> String {
    match &event.kind {
        EventKind::Message { deleted: true, .. } => language().log().deleted.to_owned(),
        EventKind::Message { body, .. } => body.clone(),
        _ => String::new(),
    }
}

/// Texts longer than this are folded.
const FOLD_BYTES: usize = 2_000;
const FOLD_LINES: usize = 24;

fn is_long(event: &Event) -> bool {
    let EventKind::Message { body, .. } = &event.kind else { return false };
    body.len() > FOLD_BYTES || body.lines().count() > FOLD_LINES
}
