//! The context that components use: what the page believes, and one verb a user action.

use leptos::prelude::*;

use crate::{
    connection::{self, Wake},
    conversation::{Conversation, Link},
    outbox::{Draft, Entry},
    page::TopicPage,
    protocol::{Body, DraftId, Name, TextError},
    storage,
    timeline::Row,
};

/// Why nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unwritten {
    /// The name cannot be had.
    #[error("Name: {0}")]
    Name(TextError),
    /// The message cannot be sent.
    #[error("Message: {0}")]
    Message(TextError),
}

/// A handle on the page's conversation; cheap to copy.
#[derive(Clone, Copy)]
pub struct Chat {
    conversation: RwSignal<Conversation>,
    wake: StoredValue<Option<Wake>>,
    body_bytes: usize,
}

impl Chat {
    /// Begins with what the server rendered; connects nowhere yet.
    pub fn new(page: TopicPage) -> Self {
        let body_bytes = page.body_bytes;
        Self {
            conversation: RwSignal::new(Conversation::new(page)),
            wake: StoredValue::new(None),
            body_bytes,
        }
    }

    /// The chat of this page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Takes up the drafts that an earlier visit left, and connects. Only a browser gets here.
    pub fn start(self) {
        self.conversation.update(|c| {
            let kept = storage::drafts(&c.topic);
            kept.into_iter().for_each(|draft| c.outbox.add(draft));
        });
        self.wake.set_value(Some(connection::connect(self.conversation)));
    }

    /// Says something under a name. The draft is kept before the first try to send it.
    pub fn write(self, name: &str, text: &str) -> Result<(), Unwritten> {
        let name = Name::parse(name).map_err(Unwritten::Name)?;
        let body = Body::parse(Body::clean(text), self.body_bytes).map_err(Unwritten::Message)?.into_string();
        let topic = self.conversation.with_untracked(|c| c.topic.clone());
        let draft = Draft { id: DraftId::random(), topic, body, written_at: connection::now_ms() };
        storage::keep(&draft);
        self.conversation.update(|c| {
            c.name = name;
            c.outbox.add(draft);
        });
        self.wake();
        Ok(())
    }

    /// Tries a refused draft again.
    pub fn retry(self, id: DraftId) {
        self.conversation.update(|c| c.outbox.mark(id, crate::outbox::Progress::Waiting));
        self.wake();
    }

    /// Gives a draft up.
    pub fn discard(self, id: DraftId) {
        storage::forget(id);
        self.conversation.update(|c| {
            c.outbox.remove(id);
        });
    }

    /// The state of the line.
    pub fn link(self) -> Memo<Link> {
        Memo::new(move |_| self.conversation.with(|c| c.link.clone()))
    }

    /// How many people are here, when known.
    pub fn here_count(self) -> Memo<Option<u64>> {
        Memo::new(move |_| self.conversation.with(|c| c.here))
    }

    /// What the log says, oldest first.
    pub fn rows(self) -> Memo<Vec<Row>> {
        Memo::new(move |_| self.conversation.with(|c| c.timeline.rows().to_vec()))
    }

    /// What the log does not have yet.
    pub fn pending(self) -> Memo<Vec<Entry>> {
        Memo::new(move |_| self.conversation.with(|c| c.pending().to_vec()))
    }

    /// Whether an author is the visitor.
    pub fn is_me(self, user: crate::protocol::UserId) -> bool {
        self.conversation.with_untracked(|c| c.user == user)
    }

    /// Who the visitor is.
    pub fn user(self) -> crate::protocol::UserId {
        self.conversation.with_untracked(|c| c.user)
    }

    /// The visitor's name, as it is now.
    pub fn name(self) -> Name {
        self.conversation.with_untracked(|c| c.name.clone())
    }

    fn wake(self) {
        self.wake.with_value(|wake| {
            if let Some(wake) = wake {
                wake.wake();
            }
        });
    }
}
