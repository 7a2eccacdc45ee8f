use std::sync::Arc;

use leptos::prelude::*;

use super::Moment;
use crate::{
    chat::Chat,
    protocol::{Event, EventKind, Name, UserId},
};

/// How many colours people come in.
const HUES: u128 = 8;

/// One message of the log, as it stands.
#[component]
pub(crate) fn MessageRow(event: RwSignal<Arc<Event>>) -> impl IntoView {
    let chat = Chat::here();
    let Event { seq, at, author, topic, .. } = event.get_untracked().as_ref().clone();
    let mine = chat.is_me(author.user);
    let deleted = Memo::new(move |_| event.with(|event| is_deleted(event)));
    let edited = move || event.with(|event| event.revision() != seq && !is_deleted(event));
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
            <p class="body" dir="auto">
                {move || event.with(|event| text(event))}
            </p>
        </li>
    }
}

fn is_deleted(event: &Event) -> bool {
    matches!(event.kind, EventKind::Message { deleted: true, .. })
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
