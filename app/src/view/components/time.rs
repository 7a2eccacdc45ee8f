use leptos::prelude::*;

use crate::{
    browser::calendar::{self, Clock},
    erased::{Erase, effect_deferred},
    protocol::Timestamp,
};

/// A moment: UTC in the markup, the reader's own time on the screen.
#[component]
pub(crate) fn Time(
    at: Timestamp,
    /// Nothing around it says which day it was.
    #[prop(default = false)]
    dated: bool,
) -> impl IntoView {
    let utc = at.to_rfc3339();
    let day = if dated { format!("{} ", &utc[..10]) } else { String::new() };
    let shown = RwSignal::new(format!("{day}{} UTC", &utc[11..16]));
    let full = RwSignal::new(utc.clone());
    // One by one: the browser takes its time for the first of each form.
    let clock = Clock::from_context();
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
