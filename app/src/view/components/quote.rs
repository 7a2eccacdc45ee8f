use leptos::prelude::*;

use crate::{
    browser::base_path::message_address,
    chat::Chat,
    erased::{Erase, reactive},
    i18n::{fill, language},
    page_data::isolated_excerpt,
    protocol::{Event, EventKind, TopicName},
};

/// The longest excerpt of a quoted message.
const MAX_EXCERPT_CHARS: usize = 140;

/// The quoted message above a reply. A click goes there.
#[component]
pub(crate) fn Quote(topic: TopicName, message: u64) -> impl IntoView {
    let texts = language().log();
    let quoted = Chat::from_context().message_signal(message);
    let label = move || match quoted.get() {
        Some(event) => fill(texts.reply_to, &event.author.name.to_string()),
        None => texts.reply_to_earlier.to_owned(),
    };
    let text = move || quoted.get().map(|event| excerpt(&event, texts.deleted));
    view! {
        <a class="quote" href=message_address(&topic, message)>
            <span class="whose">{reactive(label)}</span>
            <span class="said" dir="auto">
                {reactive(text)}
            </span>
        </a>
    }
    .erased()
}

/// The beginning of a message, in one line.
pub(super) fn excerpt(event: &Event, deleted: &str) -> String {
    match &event.kind {
        EventKind::Message { deleted: true, .. } => deleted.to_owned(),
        EventKind::Message { .. } => isolated_excerpt(&event.kind.plain_text(), MAX_EXCERPT_CHARS),
        _ => String::new(),
    }
}
