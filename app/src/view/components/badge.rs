use leptos::prelude::*;

use crate::{
    erased::Erase,
    model::initials::initials,
    protocol::{Name, UserId},
};

/// The number of colours for people.
const HUE_COUNT: u128 = 16;

/// A person's initials, coloured by their id: people with the same name can be told apart, and a person has one colour
/// in the log, in the list of people and in search results.
#[component]
pub(crate) fn Badge(user: UserId, name: Name) -> impl IntoView {
    let hue = (user.0.as_u128() % HUE_COUNT).to_string();
    view! {
        <span class="badge" aria-hidden="true" data-hue=hue>
            {initials(name.as_input())}
        </span>
    }
    .erased()
}
