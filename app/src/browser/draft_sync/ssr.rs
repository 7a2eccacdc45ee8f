//! The server's side: a rendered page has no drafts.

use super::ConversationSignal;
use crate::{
    model::outbox::Draft,
    protocol::{DraftId, Name, TopicName, UserId},
};

pub(crate) fn watch(_changed: impl Fn() + 'static, _renamed: impl Fn(&str) + 'static) {}

pub(crate) fn announce_name(_user: UserId, _name: &Name) {}

pub(crate) fn write_journal(_draft: &Draft) -> bool {
    false
}

pub(crate) async fn store(_conversation: ConversationSignal, _draft: Draft) {}

pub(crate) async fn reload(_conversation: ConversationSignal) -> bool {
    false
}

pub(crate) async fn withdraw(_conversation: ConversationSignal, _id: DraftId) -> Option<Draft> {
    None
}

pub(crate) async fn give_up(_conversation: ConversationSignal, _id: DraftId) {}

pub(crate) async fn update(_conversation: ConversationSignal, _draft: Draft) {}

pub(crate) fn save_composer_text(_topic: &TopicName, _text: String) {}

pub(crate) fn composer_text(_topic: &TopicName) -> String {
    String::new()
}
