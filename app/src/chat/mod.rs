//! The context that components use: signals of the conversation, and one method for each user action.

mod composer;
mod drafts;
mod incoming;
mod navigation;
pub(crate) mod notifications;
pub(crate) mod offline_cache;
mod people;
mod publish;
mod reading;
mod row_signals;
mod search;
mod switching;
mod timeline;

pub use navigation::ReadingPosition;
pub use row_signals::RowSignals;

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};

use row_signals::RowRegistry;

use crate::{
    browser::{
        connection::{self, Wake},
        draft_sync,
    },
    erased::{Derived, memo},
    i18n::Language,
    model::{
        conversation::{ConnectionStatus, Conversation},
        outbox::{BaseRevision, Withdrawals},
        sorted::SortedMap,
        timeline::RowStyle,
    },
    page_data::TopicPage,
    protocol::{Event, Name, TextError, TopicName, UserId},
};

/// Why a text was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The name is invalid.
    #[error("Name: {0}")]
    Name(TextError),
    /// The message is invalid.
    #[error("Message: {0}")]
    Message(TextError),
}

impl WriteError {
    /// The reason, for the person.
    pub(crate) fn localized(self, language: Language) -> String {
        match self {
            Self::Name(error) => language.name_error(error),
            Self::Message(error) => language.text_error(error),
        }
    }
}

/// A message that is being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    pub message: u64,
    /// The revision that the person saw when editing began.
    pub base: BaseRevision,
    /// The text when editing began.
    pub text: String,
}

/// A handle on the page's conversation. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Chat {
    conversation: RwSignal<Conversation>,
    wake: StoredValue<Option<Wake>>,
    rows: StoredValue<RowRegistry>,
    row_styles: Derived<Vec<(u64, RowStyle)>>,
    /// Whether days begin at local midnight, not at midnight UTC.
    local_days: RwSignal<bool>,
    editing: RwSignal<Option<Editing>>,
    restored_text: RwSignal<Option<String>>,
    /// The message that the composer replies to.
    replying_to: RwSignal<Option<Arc<Event>>>,
    current: RwSignal<TopicName>,
    /// The `seq` of the message in the page's address.
    target: RwSignal<Option<u64>>,
    /// Counts navigations, repeated ones included.
    navigations: RwSignal<u64>,
    /// The reading positions in topics that were shown before.
    reading_positions: StoredValue<SortedMap<TopicName, ReadingPosition>>,
    /// The order of the draft whose text was restored into the composer.
    restored_order: StoredValue<Option<u64>>,
    /// Counts the messages published by this page.
    published_count: RwSignal<u64>,
    /// Counts requests to show the newest message.
    newest_requests: RwSignal<u64>,
    /// The time of the last `typing` frame, in milliseconds since 1970.
    typed_at: StoredValue<u64>,
    /// The own reactions that are being withdrawn.
    withdrawals: StoredValue<Withdrawals>,
    body_bytes: usize,
    is_staff: bool,
}

impl Chat {
    /// Starts with what the server rendered. [`start`](Self::start) connects.
    pub fn new(page: TopicPage) -> Self {
        let body_bytes = page.body_bytes;
        let is_staff = page.staff;
        let topic = page.snapshot.topic.clone();
        let target = page.opened_at();
        let conversation = RwSignal::new(Conversation::new(page.snapshot));
        let local_days = RwSignal::new(false);
        Self {
            conversation,
            editing: RwSignal::new(None),
            replying_to: RwSignal::new(None),
            current: RwSignal::new(topic),
            target: RwSignal::new(target),
            navigations: RwSignal::new(0),
            reading_positions: StoredValue::default(),
            wake: StoredValue::new(None),
            rows: StoredValue::default(),
            row_styles: memo(move || conversation.with(|c| timeline::row_styles(c, local_days.get()))),
            local_days,
            restored_text: RwSignal::new(None),
            restored_order: StoredValue::new(None),
            published_count: RwSignal::new(0),
            newest_requests: RwSignal::new(0),
            typed_at: StoredValue::new(0),
            withdrawals: StoredValue::default(),
            body_bytes,
            is_staff,
        }
    }

    /// The chat of the page. Panics outside of a topic's page.
    pub fn from_context() -> Self {
        expect_context()
    }

    /// Connects, and merges the stored drafts of earlier visits and of other tabs. Runs in the browser only.
    pub fn start(self) {
        self.wake.set_value(Some(connection::connect(self.conversation)));
        self.follow_address();
        draft_sync::watch(
            move || spawn_local(self.reload_drafts()),
            move |announced| self.renamed_elsewhere(announced),
        );
        spawn_local(self.reload_drafts());
    }

    pub fn status(self) -> Derived<ConnectionStatus> {
        memo(move || self.conversation.with(|c| c.status.clone()))
    }

    /// Whether the person's session has ended since the page was opened: it is another person's page now.
    pub fn is_signed_out(self) -> Derived<bool> {
        memo(move || self.conversation.with(|c| c.is_signed_out))
    }

    /// Whether the page was rendered for a moderator or an owner.
    pub fn is_staff(self) -> bool {
        self.is_staff
    }

    /// Connects at once if the connection is lost.
    pub fn reconnect(self) {
        self.wake();
    }

    /// The number of people present, if known.
    pub fn present_count(self) -> Derived<Option<u64>> {
        memo(move || self.conversation.with(|c| c.current().here))
    }

    /// The name of the topic that is shown.
    pub fn topic(self) -> TopicName {
        self.conversation.with_untracked(|c| c.topic().clone())
    }

    /// Whether a user is this person.
    pub fn is_me(self, user: UserId) -> bool {
        self.conversation.with_untracked(|c| c.user == user)
    }

    /// The person's id, without subscribing to it.
    pub fn user(self) -> UserId {
        self.conversation.with_untracked(|c| c.user)
    }

    /// The person's id. It can change after `welcome`, because a page from the offline cache may have been rendered for
    /// someone else.
    pub fn user_signal(self) -> Derived<UserId> {
        memo(move || self.conversation.with(|c| c.user))
    }

    /// The person's name.
    pub fn name_signal(self) -> Derived<Name> {
        memo(move || self.conversation.with(|c| c.name.clone()))
    }

    /// The person's name, without subscribing to it.
    pub fn name(self) -> Name {
        self.conversation.with_untracked(|c| c.name.clone())
    }

    /// Wakes the connection only if something changed: checking for drafts is no reason to retry a lost connection.
    async fn reload_drafts(self) {
        if draft_sync::reload(self.conversation).await {
            self.wake();
        }
    }

    fn wake(self) {
        self.wake.try_with_value(|wake| {
            if let Some(wake) = wake {
                wake.wake();
            }
        });
    }
}
