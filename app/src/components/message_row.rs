use leptos::prelude::*;

use super::Moment;
use crate::{
    chat::Chat,
    protocol::{Event, EventKind, Name, UserId},
};

/// How many colours people come in.
const HUES: u128 = 8;

/// One message of the log.
#[component]
pub(crate) fn MessageRow(event: std::sync::Arc<Event>) -> impl IntoView {
    let Event { seq, at, author, kind, .. } = event.as_ref().clone();
    let EventKind::Message { body, .. } = kind else { return None };
    let mine = Chat::here().is_me(author.user);
    let unverified = author.unverified.then(|| {
        view! {
            <small class="unverified" title="This name stands in the message itself; nobody vouches for it">
                "unverified"
            </small>
        }
    });
    Some(view! {
        <li class="message" id=format!("m{seq}") data-mine=mine.then_some("")>
            <Badge user=author.user name=author.name.clone()/>
            <p class="by">
                <bdi class="author">{author.name.to_string()}</bdi>
                {unverified}
                <Moment at/>
            </p>
            <p class="body" dir="auto">
                {body}
            </p>
        </li>
    })
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
