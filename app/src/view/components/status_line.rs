use leptos::prelude::*;

use crate::{
    browser::focus,
    chat::Chat,
    erased::{Erase, memo, reactive},
    i18n::language,
    model::conversation::ConnectionStatus,
};

/// The status of the connection: a strip above the composer while there is none or the session has ended, and otherwise for screen
/// readers only.
#[component]
pub(crate) fn StatusLine() -> impl IntoView {
    let language = language();
    let texts = language.topic();
    let chat = Chat::from_context();
    let status = chat.status();
    let is_signed_out = chat.is_signed_out();
    let was_lost = StoredValue::new(false);
    // An attempt to reconnect is no news: a screen reader would read each one.
    let shown = memo(move || match status.get() {
        ConnectionStatus::Connecting if was_lost.get_value() => ConnectionStatus::Lost,
        ConnectionStatus::Live if is_signed_out.get() => {
            ConnectionStatus::Refused(texts.signed_out.to_owned())
        }
        now => {
            was_lost.set_value(now == ConnectionStatus::Lost);
            now
        }
    });
    let is_lost = memo(move || shown.get() == ConnectionStatus::Lost);
    let is_button_hidden = move || {
        let is_hidden = !is_lost.get();
        // Before the attribute changes: a hidden button has lost the focus.
        if is_hidden {
            focus::leave_status_line();
        }
        is_hidden
    };
    let state = move || match shown.get() {
        ConnectionStatus::Connecting => "connecting",
        ConnectionStatus::Live => "live",
        ConnectionStatus::Lost => "lost",
        ConnectionStatus::Refused(_) => "refused",
    };
    let text = move || match shown.get() {
        ConnectionStatus::Connecting => texts.connecting.to_owned(),
        ConnectionStatus::Live => texts.connected.to_owned(),
        ConnectionStatus::Lost => texts.offline.to_owned(),
        ConnectionStatus::Refused(why) => language.refusal(&why),
    };
    let is_trying = move || (status.get() == ConnectionStatus::Connecting).then_some("");
    view! {
        <div
            class="connection"
            data-state=reactive(state)
            data-trying=reactive(is_trying)
        >
            <p role="status">{reactive(text)}</p>
            <button type="button" hidden=reactive(is_button_hidden) on:click=move |_| chat.reconnect()>
                {texts.retry_now}
            </button>
        </div>
    }
    .erased()
}
