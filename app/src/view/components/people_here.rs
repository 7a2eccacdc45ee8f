use leptos::prelude::*;

use super::{
    Badge,
    icon::{PEOPLE, icon},
    lazy::{empty, lazy},
};
use crate::{
    chat::Chat,
    erased::{Erase, ErasedView, each, reactive, when},
    i18n::language,
    protocol::Person,
};

/// The number of people present. A click lists them.
#[component]
pub(crate) fn PeopleHere() -> impl IntoView {
    let language = language();
    let texts = language.topic();
    let chat = Chat::from_context();
    let here = chat.present_count();
    let wanted = RwSignal::new(false);
    let words = move || here.get().map(|n| texts.people_here.format(language, n)).unwrap_or_default();
    let list = move |_| {
        wanted.set(true);
        chat.request_people();
    };
    view! {
        // Hidden while the number is unknown: screen readers would read a button without text.
        <div class="here" hidden=reactive(move || here.with(Option::is_none))>
            <button type="button" class="quiet tool" popovertarget="people" on:click=list>
                {icon(PEOPLE)}
                <span class="count" aria-hidden="true">{reactive(move || here.get())}</span>
                <span class="words">{reactive(words)}</span>
            </button>
            <div id="people" popover="auto" role="region" aria-label=texts.present_people>
                {when(move || wanted.get(), move || lazy(|parts| (parts.people_list)(), empty))}
            </div>
        </div>
    }
    .erased()
}

/// The people.
pub(super) fn list() -> ErasedView {
    let language = language();
    let chat = Chat::from_context();
    let here = chat.present_count();
    let people = chat.people();
    let more = move || {
        let shown = people.with(Vec::len) as u64;
        let more = here.get().unwrap_or(0).saturating_sub(shown);
        (shown > 0 && more > 0).then(|| language.log().more_people.format(language, more))
    };
    let person = |person: Person| -> ErasedView {
        view! {
            <li>
                <Badge user=person.user name=person.name.clone()/>
                <bdi>{person.name.to_string()}</bdi>
            </li>
        }
        .erased()
    };
    view! {
        <ul>
            {each(move || people.get(), Person::clone, person)}
        </ul>
        <p>{reactive(more)}</p>
    }
    .erased()
}
