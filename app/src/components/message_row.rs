use std::sync::Arc;

use leptos::{either::Either, prelude::*};

use super::{EditForm, MessageActions, Moment, ReactionList, draft_state::DraftState};
use crate::{
    chat::Chat,
    outbox::{Entry, Progress, foreseen},
    protocol::{Event, EventKind, Name, UserId},
};

/// How many colours people come in.
const HUES: u128 = 8;

/// One message of the log, as it stands; what the visitor changes in it shows at once.
#[component]
pub(crate) fn MessageRow(
    event: RwSignal<Arc<Event>>,
    /// The page was opened at this message.
    is_target: bool,
) -> impl IntoView {
    let chat = Chat::here();
    let Event { seq, at, author, topic, .. } = event.get_untracked().as_ref().clone();
    let mine = chat.is_me(author.user);
    let all_changes = chat.changes();
    let changes = Memo::new(move |_| all_changes.with(|all| all.get(&seq).cloned().unwrap_or_default()));
    let shown = Memo::new(move |_| changes.with(|changes| foreseen(&event.get(), changes)));
    let deleted = Memo::new(move |_| shown.with(Event::is_deleted));
    let edited = move || shown.with(|event| event.revision() != seq && !event.is_deleted());
    let editing = chat.editing();
    let begun = Memo::new(move |_| editing.with(|e| e.clone().filter(|e| e.message == seq)));
    let body = move || {
        if let Some(begun) = begun.get() {
            Either::Left(view! { <EditForm begun event/> })
        } else {
            Either::Right(view! { <p class="body" dir="auto">{move || shown.with(text)}</p> })
        }
    };
    let told = move || changes.get().into_iter().filter(is_told).collect::<Vec<_>>();
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
            data-target=is_target.then_some("")
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
            <For each=told key=Entry::clone let:entry>
                <Change entry/>
            </For>
            <Show when=move || !deleted.get()>
                <MessageActions event shown mine/>
            </Show>
        </li>
    }
}

/// A change that the log does not have. Words of a change that is refused stay readable.
#[component]
fn Change(entry: Entry) -> impl IntoView {
    let refused = matches!(entry.progress, Progress::Refused(_)) && !entry.draft.body.is_empty();
    let words = refused.then(|| view! { <q class="words" dir="auto">{entry.draft.body.clone()}</q> });
    view! {
        <p class="change" data-refused=refused.then_some("")>
            {words}
            <DraftState entry/>
        </p>
    }
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
