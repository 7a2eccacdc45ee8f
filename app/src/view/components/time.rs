use leptos::prelude::*;

use crate::{
    browser::calendar::{self, DayClock},
    erased::{Erase, effect_deferred},
    protocol::Timestamp,
};

/// A time: UTC in the markup, local time once the page is live.
#[component]
pub(crate) fn Time(
    at: Timestamp,
    /// Whether to include the date, where the context does not show it.
    #[prop(default = false)]
    dated: bool,
) -> impl IntoView {
    let utc = at.to_rfc3339();
    let day = if dated { format!("{} ", &utc[..10]) } else { String::new() };
    let shown = RwSignal::new(format!("{day}{} UTC", &utc[11..16]));
    let full = RwSignal::new(utc.clone());
    // Two effects, because the first use of each format is slow in browsers and each effect can run in a slice of its
    // own.
    let clock = DayClock::from_context();
    effect_deferred(move || {
        clock.track();
        shown.set(calendar::short_time(at));
    });
    effect_deferred(move || {
        clock.track();
        full.set(calendar::full_time(at));
    });
    view! {
        <time class="moment" datetime=utc title=full>
            {shown}
        </time>
    }
    .erased()
}
