use leptos::prelude::*;

use crate::{
    browser::calendar::{self, DayClock},
    erased::{Erase, effect, memo, reactive},
    i18n::language,
    model::timeline::RowStyle,
    protocol::Timestamp,
};

/// The dividers above a message: the day's name above the first of a day, and "new" above the first unread one. Most
/// messages have neither, so a single memo keeps their cost low.
#[component]
pub(crate) fn Divider(at: Timestamp, style: RwSignal<RowStyle>) -> impl IntoView {
    let texts = language().log();
    let above = memo(move || style.with(|style| (style.is_new_day, style.is_first_unread)));
    reactive(move || {
        let (new_day, fresh) = above.get();
        let day = new_day.then(|| view! { <Day at/> });
        let fresh = fresh.then(|| {
            view! {
                <li class="divider" data-fresh="">
                    {texts.new_since}
                </li>
            }
        });
        (day, fresh).erased()
    })
}

/// The day's name: the UTC date in the markup, the local day once the page is live.
#[component]
fn Day(at: Timestamp) -> impl IntoView {
    let texts = language().log();
    let day = RwSignal::new(at.to_rfc3339()[..10].to_owned());
    let clock = DayClock::from_context();
    effect(move || {
        clock.track();
        day.set(calendar::day_name(at, texts.today, texts.yesterday));
    });
    view! {
        <li class="divider">
            <time datetime=at.to_rfc3339()>{day}</time>
        </li>
    }
    .erased()
}
