//! The context that components use: what the page believes, and one verb a user action.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use leptos::prelude::*;

use crate::{
    connection::{self, Wake},
    conversation::{Conversation, Link},
    outbox::{Draft, Entry},
    page::TopicPage,
    protocol::{Body, DraftId, Event, Name, Span, TextError, TopicName},
    storage,
    timeline::{Row, RowKey},
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
    /// The messages that rows follow, by their `seq`.
    followed: StoredValue<HashMap<u64, RwSignal<Arc<Event>>>>,
    body_bytes: usize,
}

impl Chat {
    /// Begins with what the server rendered; connects nowhere yet.
    pub fn new(page: TopicPage) -> Self {
        let body_bytes = page.body_bytes;
        Self {
            conversation: RwSignal::new(Conversation::new(page)),
            wake: StoredValue::new(None),
            followed: StoredValue::default(),
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

    /// The rows of the log, oldest first, by their keys.
    pub fn keys(self) -> Memo<Vec<RowKey>> {
        Memo::new(move |_| self.conversation.with(|c| c.timeline.rows().iter().map(Row::key).collect()))
    }

    /// The row of this key, as it is now.
    pub fn row(self, key: RowKey) -> Option<Row> {
        self.conversation.with_untracked(|c| c.timeline.row(key).cloned())
    }

    /// How many messages came since the page began.
    pub fn arrived(self) -> Memo<u64> {
        Memo::new(move |_| self.conversation.with(|c| c.timeline.arrived()))
    }

    /// A message that follows its changes for as long as whoever asked is shown.
    pub fn follow(self, event: Arc<Event>) -> RwSignal<Arc<Event>> {
        let (seq, signal) = (event.seq, RwSignal::new(event));
        self.followed.update_value(|followed| {
            followed.insert(seq, signal);
        });
        signal
    }

    /// Hands what has changed to the rows that follow it. To be run in an effect.
    pub fn refresh(self) {
        self.conversation.track();
        let changed = self.conversation.try_write_untracked().map(|mut c| c.timeline.take_changed());
        for event in changed.unwrap_or_default() {
            let signal = self.followed.with_value(|followed| followed.get(&event.seq).copied());
            // A row that is gone by now takes no news.
            let _ = signal.and_then(|signal| signal.try_set(event));
        }
    }

    /// Asks for a part of the topic's past.
    pub fn load(self, span: Span) {
        if let Some(mut conversation) = self.conversation.try_write_untracked() {
            conversation.want(span);
        }
        self.wake();
    }

    /// Lets the oldest rows go when there are more than so many.
    pub fn trim(self, max_rows: usize) {
        if self.conversation.with_untracked(|c| c.timeline.rows().len() > max_rows) {
            self.conversation.update(|c| c.timeline.trim(max_rows));
            let kept = self.conversation.with_untracked(|c| {
                c.timeline
                    .rows()
                    .iter()
                    .filter_map(Row::message)
                    .map(|event| event.seq)
                    .collect::<HashSet<_>>()
            });
            self.followed.update_value(|followed| followed.retain(|seq, _| kept.contains(seq)));
        }
    }

    /// The topic of the page.
    pub fn topic(self) -> TopicName {
        self.conversation.with_untracked(|c| c.topic.clone())
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
