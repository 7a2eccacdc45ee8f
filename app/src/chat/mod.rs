//! The context that components use: what the page believes, and one verb a user action.

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
mod timeline;

pub use navigation::ReadingPosition;
pub use row_signals::RowSignals;

use std::{collections::HashMap, sync::Arc};

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
        outbox::BaseRevision,
        timeline::RowStyle,
    },
    page_data::TopicPage,
    protocol::{Event, Name, TextError, TopicName, UserId},
};

/// Why nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The name cannot be had.
    #[error("Name: {0}")]
    Name(TextError),
    /// The message cannot be sent.
    #[error("Message: {0}")]
    Message(TextError),
}

impl WriteError {
    /// The reason, in a language.
    pub(crate) fn say(self, language: Language) -> String {
        let words = language.composer();
        let (which, error) = match self {
            Self::Name(error) => (words.name_problem, error),
            Self::Message(error) => (words.message_problem, error),
        };
        which.replacen("{}", &language.text_problem(error), 1)
    }
}

/// A message that is being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// Its `seq`.
    pub message: u64,
    /// What the visitor saw of it when this began.
    pub base: BaseRevision,
    /// The text to begin with.
    pub text: String,
}

/// A handle on the page's conversation; cheap to copy.
#[derive(Clone, Copy)]
pub struct Chat {
    conversation: RwSignal<Conversation>,
    wake: StoredValue<Option<Wake>>,
    /// What the rows of the log follow.
    rows: StoredValue<RowRegistry>,
    row_styles: Derived<Vec<(u64, RowStyle)>>,
    /// Days are the reader's own, not UTC.
    local_days: RwSignal<bool>,
    editing: RwSignal<Option<Editing>>,
    restored_text: RwSignal<Option<String>>,
    /// The message that is being answered.
    replying_to: RwSignal<Option<Arc<Event>>>,
    /// The topic that is shown.
    current: RwSignal<TopicName>,
    /// The message that the address names.
    target: RwSignal<Option<u64>>,
    /// How many places were gone to.
    navigations: RwSignal<u64>,
    /// Where the reader was in topics shown before.
    reading_positions: StoredValue<HashMap<TopicName, ReadingPosition>>,
    /// Where the text that was taken back stood.
    restored_order: StoredValue<Option<u64>>,
    /// How many messages were written on this page.
    published_count: RwSignal<u64>,
    /// When others were told last that the visitor is writing, in milliseconds since 1970.
    typed_at: StoredValue<u64>,
    body_bytes: usize,
}

impl Chat {
    /// Begins with what the server rendered; connects ssr yet.
    pub fn new(page: TopicPage) -> Self {
        let (body_bytes, topic, target) = (page.body_bytes, page.topic.clone(), page.opened_at());
        let conversation = RwSignal::new(Conversation::new(page));
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
            row_styles: memo(move || conversation.with(|c| timeline::looks(c, local_days.get()))),
            local_days,
            restored_text: RwSignal::new(None),
            restored_order: StoredValue::new(None),
            published_count: RwSignal::new(0),
            typed_at: StoredValue::new(0),
            body_bytes,
        }
    }

    /// The chat of this page.
    pub fn from_context() -> Self {
        expect_context()
    }

    /// Connects, and takes up the drafts that earlier visits left and other tabs write. Only a browser gets here.
    pub fn start(self) {
        self.wake.set_value(Some(connection::connect(self.conversation)));
        self.follow_address();
        draft_sync::watch(move || spawn_local(self.reload_drafts()));
        spawn_local(self.reload_drafts());
    }

    /// The state of the line.
    pub fn status(self) -> Derived<ConnectionStatus> {
        memo(move || self.conversation.with(|c| c.status.clone()))
    }

    /// How many people are here, when known.
    pub fn present_count(self) -> Derived<Option<u64>> {
        memo(move || self.conversation.with(|c| c.current().here))
    }

    /// The topic of the page.
    pub fn topic(self) -> TopicName {
        self.conversation.with_untracked(|c| c.topic().clone())
    }

    /// Whether an author is the visitor.
    pub fn is_me(self, user: UserId) -> bool {
        self.conversation.with_untracked(|c| c.user == user)
    }

    /// Who the visitor is.
    pub fn user(self) -> UserId {
        self.conversation.with_untracked(|c| c.user)
    }

    /// Who the visitor is, as the server says: a page that was kept may be somebody else's.
    pub fn user_signal(self) -> Derived<UserId> {
        memo(move || self.conversation.with(|c| c.user))
    }

    /// The visitor's name, as it changes.
    pub fn name_signal(self) -> Derived<Name> {
        memo(move || self.conversation.with(|c| c.name.clone()))
    }

    /// The visitor's name, as it is now.
    pub fn name(self) -> Name {
        self.conversation.with_untracked(|c| c.name.clone())
    }

    /// Only something new wakes the connection: a look that finds nothing is no reason to try the line.
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
