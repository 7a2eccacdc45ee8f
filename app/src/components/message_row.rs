use std::sync::Arc;

use leptos::{either::Either, prelude::*};

use super::{EditForm, MessageActions, Moment, ReactionList, draft_state::DraftState};
use crate::{
    chat::Chat,
    outbox::{Entry, Progress},
    protocol::{Event, EventKind, Name, UserId},
};

/// How many colours people come in.
const HUES: u128 = 8;

/// One message of the log, as it stands; what the visitor changes in it shows at once.
#[component]
pub(crate) fn MessageRow(event: RwSignal<Arc<Event>>) -> impl IntoView {
    let chat = Chat::here();
    let Event { seq, at, author, topic, .. } = event.get_untracked().as_ref().clone();
    let mine = chat.is_me(author.user);
    let all_changes = chat.changes();
    let changes = Memo::new(move |_| all_changes.with(|all| all.get(&seq).cloned().unwrap_or_default()));
    let shown = Memo::new(move |_| foreseen(&event.get(), &changes.get()));
    let deleted = Memo::new(move |_| shown.with(Event::is_deleted));
    let edited = move || shown.with(|event| event.revision() != seq && !event.is_deleted());
    let editing = chat.editing();
    let is_edited = Memo::new(move |_| editing.with(|e| e.as_ref().is_some_and(|e| e.message == seq)));
    let body = move || {
        if is_edited.get() {
            Either::Left(view! { <EditForm event/> })
        } else {
            Either::Right(view! { <p class="body" dir="auto">{move || shown.with(text)}</p> })
        }
    };
    let states = move || {
        let told = changes.get().into_iter().filter(is_told);
        told.map(|entry| view! { <p class="change"><DraftState entry/></p> }).collect_view()
    };
    let unverified = author.unverified.then(|| {
        view! {
            <small class="unverified" title="This name stands in the message itself; nobody vouches for it">
                "unverified"
            </small>
        }
    });
    view! {
        <li
            class="message"
            id=format!("m{seq}")
            data-mine=mine.then_some("")
            data-deleted=move || deleted.get().then_some("")
        >
            <Badge user=author.user name=author.name.clone()/>
            <p class="by">
                <bdi class="author">{author.name.to_string()}</bdi>
                {unverified}
                <a class="permalink" href=format!("/t/{topic}/{seq}#m{seq}")>
                    <Moment at/>
                </a>
                <Show when=edited>
                    <small class="edited">"edited"</small>
                </Show>
            </p>
            {body}
            <ReactionList message=seq shown/>
            {states}
            <Show when=move || !deleted.get()>
                <MessageActions event mine/>
            </Show>
        </li>
    }
}

/// The message once all that waits is in the log.
fn foreseen(event: &Event, changes: &[Entry]) -> Event {
    let mut event = event.clone();
    for entry in changes.iter().filter(|entry| !matches!(entry.progress, Progress::Refused(_))) {
        event.amend(&entry.draft.foreseen());
    }
    event
}

/// What is on its way needs no words; what waits or was refused does.
fn is_told(entry: &Entry) -> bool {
    matches!(entry.progress, Progress::Waiting | Progress::Refused(_))
}

fn text(event: &Event) -> String {
    match &event.kind {
        EventKind::Message { deleted: true, .. } => "This message was deleted.".to_owned(),
        EventKind::Message { body, .. } => body.clone(),
        _ => String::new(),
    }
}

/// A person's colour and initial.
#[component]
pub(crate) fn Badge(user: UserId, name: Name) -> impl IntoView {
    let hue = (user.0.as_u128() % HUES).to_string();
    let initial = name.as_input().chars().find(|c| c.is_alphanumeric()).unwrap_or('?');
    view! {
        <span class="badge" aria-hidden="true" data-hue=hue>
            {initial.to_uppercase().to_string()}
        </span>
    }
}
