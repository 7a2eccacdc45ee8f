use leptos::prelude::*;

use crate::{
    chat::Chat,
    erased::{Erase, reactive},
    i18n::language,
    model::conversation::Link,
};

/// The state of the line, in words and as a colour.
#[component]
pub(crate) fn LinkState() -> impl IntoView {
    let texts = language().topic();
    let link = Chat::here().link();
    let state = move || match link.get() {
        Link::Connecting => "connecting",
        Link::Live => "live",
        Link::Lost => "lost",
        Link::Refused(_) => "refused",
    };
    let words = move || match link.get() {
        Link::Connecting => texts.connecting.to_owned(),
        Link::Live => texts.connected.to_owned(),
        Link::Lost => texts.offline.to_owned(),
        Link::Refused(why) => why,
    };
    view! {
        <p class="link-state" role="status" data-state=reactive(state)>
            {reactive(words)}
        </p>
    }
    .erased()
}
