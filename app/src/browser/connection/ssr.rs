//! The server's side: it renders a page and does not connect.

use leptos::prelude::*;

use super::Wake;
use crate::model::conversation::Conversation;

pub(crate) fn connect(_conversation: RwSignal<Conversation>) -> Wake {
    Wake()
}
