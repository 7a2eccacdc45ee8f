use leptos::prelude::*;

use crate::{
    calendar,
    drawn::{Draw, effect, when},
    protocol::Timestamp,
    timeline::Look,
    words::language,
};

/// What stands above the first message of a day, and above the first that is new.
#[component]
pub(crate) fn Divider(at: Timestamp, look: RwSignal<Look>) -> impl IntoView {
    let words = language().log();
    let day = RwSignal::new(at.to_rfc3339()[..10].to_owned());
    effect(move || day.set(calendar::day_name(at, words.today, words.yesterday)));
    view! {
        {when(move || look.get().new_day, move || view! {
            <li class="divider">
                <time datetime=at.to_rfc3339()>{day}</time>
            </li>
        }.drawn())}
        {when(move || look.get().fresh, move || view! {
            <li class="divider" data-fresh="">
                {words.new_since}
            </li>
        }.drawn())}
    }
    .drawn()
}
