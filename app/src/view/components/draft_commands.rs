use leptos::prelude::*;

use crate::{
    chat::Chat,
    erased::{Erase, reactive},
    i18n::{fill, language},
    model::outbox::{DraftCommand, OutboxEntry},
    protocol::DraftId,
};

/// The buttons for what a draft's author can do with it.
#[component]
pub(super) fn DraftCommands(entry: OutboxEntry) -> impl IntoView {
    let chat = Chat::from_context();
    let id = entry.draft.id;
    let commands = entry.commands(chat.user());
    // A message that is not loaded has no place for the edit form.
    let has_place = entry.draft.action.target().is_none_or(|seq| chat.has_message(seq));
    let commands = commands.iter().filter(|command| has_place || **command != DraftCommand::Edit);
    let is_change = entry.draft.action.target().is_some();
    let button = |command: &DraftCommand| view! { <CommandButton id command=*command is_change/> }.erased();
    let commands: Vec<_> = commands.map(button).collect();
    view! { <span class="actions">{commands}</span> }.erased()
}

#[component]
fn CommandButton(
    id: DraftId,
    command: DraftCommand,
    /// Whether the draft changes a message: "Delete" would be read as deleting that message.
    is_change: bool,
) -> impl IntoView {
    let texts = language().composer();
    let chat = Chat::from_context();
    let name = chat.name_signal();
    let run = move |_| match command {
        DraftCommand::Retry => chat.retry_draft(id),
        DraftCommand::Adopt => chat.adopt_draft(id),
        DraftCommand::Edit => chat.edit_draft(id),
        DraftCommand::Discard => chat.discard_draft(id),
        DraftCommand::GiveUp => chat.abandon_draft(id),
    };
    let label = move || match command {
        DraftCommand::Retry => texts.try_again.to_owned(),
        DraftCommand::Adopt => fill(texts.send_as, name.get().as_str()),
        DraftCommand::Edit => texts.edit.to_owned(),
        DraftCommand::Discard if is_change => texts.discard.to_owned(),
        DraftCommand::Discard => texts.delete.to_owned(),
        DraftCommand::GiveUp => texts.stop_trying.to_owned(),
    };
    let title = (command == DraftCommand::GiveUp).then_some(texts.may_have_arrived);
    view! {
        <button type="button" title=title on:click=run>
            {reactive(label)}
        </button>
    }
    .erased()
}
