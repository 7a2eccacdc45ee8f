use leptos::prelude::*;

use crate::{
    chat::Chat,
    erased::{Erase, reactive},
    i18n::language,
    model::conversation::ConnectionStatus,
};

/// The status of the connection, as text and colour.
#[component]
pub(crate) fn StatusLine() -> impl IntoView {
    let texts = language().topic();
    let status = Chat::from_context().status();
    let state = move || match status.get() {
        ConnectionStatus::Connecting => "connecting",
        ConnectionStatus::Live => "live",
        ConnectionStatus::Lost => "lost",
        ConnectionStatus::Refused(_) => "refused",
    };
    let text = move || match status.get() {
        ConnectionStatus::Connecting => texts.connecting.to_owned(),
        ConnectionStatus::Live => texts.connected.to_owned(),
        ConnectionStatus::Lost => texts.offline.to_owned(),
        ConnectionStatus::Refused(why) => why,
    };
    view! {
        <p class="link-state" role="status" data-state=reactive(state)>
            {reactive(text)}
        </p>
    }
    .erased()
}
