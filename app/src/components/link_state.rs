use leptos::prelude::*;

use crate::{chat::Chat, conversation::Link};

/// The state of the line, in words and as a colour.
#[component]
pub(crate) fn LinkState() -> impl IntoView {
    let link = Chat::here().link();
    let state = move || match link.get() {
        Link::Connecting => "connecting",
        Link::Live => "live",
        Link::Lost => "lost",
        Link::Refused(_) => "refused",
    };
    let words = move || match link.get() {
        Link::Connecting => "Connecting…".to_owned(),
        Link::Live => "Connected".to_owned(),
        Link::Lost => "Offline. Coming back…".to_owned(),
        Link::Refused(why) => why,
    };
    view! {
        <p class="link-state" role="status" data-state=state>
            {words}
        </p>
    }
}
