//! The actions of shortcuts that are a lazy part.

use leptos::prelude::*;

use crate::{
    browser::{
        focus,
        shortcuts::{Shortcut, next_topic},
    },
    chat::{Chat, notifications},
    protocol::TopicName,
};

/// Does what a shortcut says. Returns `false` if the browser should handle the key.
pub(super) fn run(chat: Chat, shortcut: Shortcut) -> bool {
    match shortcut {
        Shortcut::Step { forward, unread_only } => step(chat, forward, unread_only),
        Shortcut::Region { forward } => focus::step_region(forward),
        Shortcut::Message { forward } => focus::step_message(forward),
        Shortcut::MarkAllRead => chat.mark_everything_read(),
        // Where there is nothing to go to, the browser scrolls.
        Shortcut::Control { left } => return focus::step_control(left),
        Shortcut::Menu => focus::open_menu(),
        Shortcut::Reply => focus::focused_message().into_iter().for_each(|seq| reply(chat, seq)),
        Shortcut::Edit => edit(chat),
        // Done before, and by the message fields.
        Shortcut::Help
        | Shortcut::Jump
        | Shortcut::Search
        | Shortcut::Settings
        | Shortcut::Newest
        | Shortcut::Send
        | Shortcut::NewLine
        | Shortcut::EditLast
        | Shortcut::ReplyTo { .. }
        | Shortcut::Mark(_) => {}
    }
    true
}

/// Replies to a message.
pub(super) fn reply(chat: Chat, seq: u64) {
    if let Some(message) = chat.loaded_message(seq) {
        chat.set_reply_to(Some(message));
        focus::focus_composer();
    }
}

fn edit(chat: Chat) {
    let message = focus::focused_message().and_then(|seq| chat.loaded_message(seq));
    let is_editing = chat.editing().with_untracked(Option::is_some);
    if let Some(message) = message.filter(|message| !is_editing && chat.is_me(message.author.user)) {
        chat.begin_edit(&message);
    }
}

/// Goes to another topic of the sidebar.
fn step(chat: Chat, forward: bool, unread_only: bool) {
    let memberships = chat.memberships().get_untracked();
    let current = chat.topic();
    let topics: Vec<TopicName> =
        chat.topic_list().get_untracked().into_iter().map(|(_, topic)| topic).collect();
    let has_unread =
        |topic: &TopicName| memberships.iter().any(|m| m.topic == *topic && notifications::has_unread(m));
    if let Some(topic) = next_topic(&topics, &current, forward, |topic| !unread_only || has_unread(topic)) {
        chat.open(topic);
    }
}
