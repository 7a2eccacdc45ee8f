//! The list of choices.

use leptos::prelude::*;

use super::super::{
    Badge,
    icon::{MAGNIFIER, icon},
    sidebar::unread_count,
};
use crate::{
    erased::{Derived, Erase, ErasedView, each, reactive},
    i18n::{fill, language},
    model::quick_switcher::{SwitcherChoice, TopicChoice},
    protocol::{Follow, Membership},
};

pub(super) const LIST_ID: &str = "switcher-list";

/// The id of a choice's element.
pub(super) fn id_of(choice: &SwitcherChoice) -> String {
    format!("switcher-{}", choice.key())
}

/// The list, and which of its choices is selected.
pub(super) fn list(
    choices: Derived<Vec<SwitcherChoice>>,
    active: Derived<Option<String>>,
    choose: Callback<SwitcherChoice>,
) -> ErasedView {
    let option = move |choice: SwitcherChoice| {
        let id = id_of(&choice);
        let row = row(&choice);
        let is_active = {
            let id = id.clone();
            reactive(move || active.with(|active| active.as_ref() == Some(&id)).to_string())
        };
        view! {
            <li
                id=id
                role="option"
                aria-selected=is_active
                // Keeps the focus in the field.
                on:mousedown=|event| event.prevent_default()
                on:click=move |_| choose.run(choice.clone())
            >
                {row}
            </li>
        }
        .erased()
    };
    view! {
        <ul id=LIST_ID role="listbox" aria-label=language().switcher().results>
            {each(move || choices.get(), contents, option)}
        </ul>
    }
    .erased()
}

/// Everything that a row shows. If it changes, the row is rendered again.
fn contents(choice: &SwitcherChoice) -> (String, String, Option<(u64, u64, bool)>) {
    let (label, counts) = match choice {
        SwitcherChoice::Topic(topic) => {
            let counts = |m: &Membership| (m.unread(), m.mentions, m.follow == Follow::Muted);
            (topic.found.label().to_owned(), topic.membership.as_ref().map(counts))
        }
        SwitcherChoice::Person(person) => (person.name.to_string(), None),
        SwitcherChoice::Search(text) => (text.clone(), None),
    };
    (choice.key(), label, counts)
}

fn row(choice: &SwitcherChoice) -> ErasedView {
    let texts = language().switcher();
    match choice {
        SwitcherChoice::Topic(topic) => topic_row(topic),
        SwitcherChoice::Person(person) => view! {
            <Badge user=person.user name=person.name.clone()/>
            <bdi class="label">{person.name.to_string()}</bdi>
            <span class="hint">{texts.mention}</span>
        }
        .erased(),
        SwitcherChoice::Search(text) => view! {
            <span class="sign">{icon(MAGNIFIER)}</span>
            <span class="label">{fill(texts.search_messages, text)}</span>
        }
        .erased(),
    }
}

fn topic_row(topic: &TopicChoice) -> ErasedView {
    let TopicChoice { found, membership } = topic;
    let name =
        (!found.title.is_empty()).then(|| view! { <bdi class="hint">{format!("#{}", found.topic)}</bdi> });
    let state = membership
        .is_none()
        .then(|| view! { <span class="hint state">{language().topic().not_followed}</span> });
    view! {
        <span class="sign" aria-hidden="true">"#"</span>
        <bdi class="label">{found.label().to_owned()}</bdi>
        {name}
        {state}
        {membership.as_ref().map(unread_count)}
    }
    .erased()
}
