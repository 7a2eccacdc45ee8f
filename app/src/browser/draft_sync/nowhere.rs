//! The server's side: it renders drafts nobody has written yet.

use super::Page;
use crate::{
    model::outbox::Draft,
    protocol::{DraftId, TopicName},
};

pub(crate) async fn watch(_page: Page, _changed: impl Fn() + 'static) {}

pub(crate) fn jot(_draft: &Draft) -> bool {
    false
}

pub(crate) async fn keep(_page: Page, _draft: Draft) {}

pub(crate) async fn read(_page: Page) -> bool {
    false
}

pub(crate) async fn take(_page: Page, _id: DraftId) -> Option<Draft> {
    None
}

pub(crate) async fn give_up(_page: Page, _id: DraftId) {}

pub(crate) async fn revise(_page: Page, _draft: Draft) {}

pub(crate) fn keep_unsent(_topic: &TopicName, _text: String) {}

pub(crate) fn unsent(_topic: &TopicName) -> String {
    String::new()
}
