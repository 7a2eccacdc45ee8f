//! The context that components use: what the page believes, and one verb a user action.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use leptos::{prelude::*, task::spawn_local};

use crate::{
    connection::{self, Wake},
    conversation::{Conversation, Link},
    keeper,
    outbox::{Deed, Entry, Seen},
    page::TopicPage,
    protocol::{Body, DraftId, Emoji, Event, EventKind, Name, Span, TextError, TopicName},
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

/// A message that is being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// Its `seq`.
    pub message: u64,
    /// What the visitor saw of it when this began.
    pub seen: Seen,
    /// The text to begin with.
    pub text: String,
}

/// A handle on the page's conversation; cheap to copy.
#[derive(Clone, Copy)]
pub struct Chat {
    conversation: RwSignal<Conversation>,
    wake: StoredValue<Option<Wake>>,
    /// The messages that rows follow, by their `seq`.
    followed: StoredValue<HashMap<u64, RwSignal<Arc<Event>>>>,
    changes: Memo<HashMap<u64, Vec<Entry>>>,
    editing: RwSignal<Option<Editing>>,
    taken_back: RwSignal<Option<String>>,
    /// Where the text that was taken back stood.
    place: StoredValue<Option<u64>>,
    /// How many messages were written on this page.
    written: RwSignal<u64>,
    body_bytes: usize,
}

impl Chat {
    /// Begins with what the server rendered; connects nowhere yet.
    pub fn new(page: TopicPage) -> Self {
        let body_bytes = page.body_bytes;
        let conversation = RwSignal::new(Conversation::new(page));
        Self {
            conversation,
            changes: Memo::new(move |_| conversation.with(by_message)),
            editing: RwSignal::new(None),
            wake: StoredValue::new(None),
            followed: StoredValue::default(),
            taken_back: RwSignal::new(None),
            place: StoredValue::new(None),
            written: RwSignal::new(0),
            body_bytes,
        }
    }

    /// The chat of this page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Connects, and takes up the drafts that earlier visits left and other tabs write. Only a browser gets here.
    pub fn start(self) {
        self.wake.set_value(Some(connection::connect(self.conversation)));
        spawn_local(async move {
            keeper::watch(self.conversation, move || spawn_local(self.read())).await;
            self.read().await;
        });
    }

    /// Says something under a name. The draft is kept before the first try to send it. What was taken back goes where it
    /// stood.
    pub fn write(self, name: &str, text: &str) -> Result<(), Unwritten> {
        let name = Name::parse(name).map_err(Unwritten::Name)?;
        let body = self.body(text)?;
        let place = self.place.try_update_value(Option::take).flatten();
        self.conversation.update(|c| c.name = name);
        self.keep(Deed::Say, body, place);
        self.written.update(|written| *written += 1);
        Ok(())
    }

    /// Goes by another name from now on; one that cannot be had changes nothing.
    pub fn go_by(self, name: &str) {
        if let Ok(name) = Name::parse(name) {
            self.conversation.update(|c| c.name = name);
            self.wake();
        }
    }

    /// How many messages were written on this page.
    pub fn written(self) -> RwSignal<u64> {
        self.written
    }

    /// Gives an own message another text. A message that has changed since the visitor saw it is not overwritten.
    pub fn rewrite(self, editing: &Editing, text: &str) -> Result<(), Unwritten> {
        let body = self.body(text)?;
        self.keep(Deed::Edit { message: editing.message, seen: editing.seen }, body, None);
        Ok(())
    }

    /// Whether a message was changed elsewhere since its editing began.
    pub fn is_overtaken(self, editing: &Editing, message: &Event) -> bool {
        let seen = self.conversation.with_untracked(|c| c.as_known(editing.seen));
        message.revision() > seen.revision
    }

    /// Takes an own message back.
    pub fn delete(self, message: &Event) {
        let seen = self.conversation.with_untracked(|c| c.outbox.seen(message));
        self.keep(Deed::Delete { message: message.seq, seen }, String::new(), None);
    }

    /// Reacts to a message, or takes that back. What nobody has sent yet is simply not sent.
    pub fn react(self, message: u64, emoji: Emoji, on: bool) {
        let waiting = self.conversation.with_untracked(|c| c.outbox.free_reaction(message, &emoji));
        let deed = Deed::React { message, emoji, on };
        let Some(waiting) = waiting else { return self.keep(deed, String::new(), None) };
        spawn_local(async move {
            if keeper::take(self.conversation, waiting).await.is_none() {
                self.keep(deed, String::new(), None);
            }
        });
    }

    fn body(self, text: &str) -> Result<String, Unwritten> {
        Body::parse(Body::clean(text), self.body_bytes).map(Body::into_string).map_err(Unwritten::Message)
    }

    fn keep(self, deed: Deed, body: String, place: Option<u64>) {
        let mut draft = None;
        self.conversation.update(|c| draft = Some(c.write(deed, body, place, connection::now_ms())));
        spawn_local(async move {
            if let Some(draft) = draft {
                keeper::keep(self.conversation, draft).await;
            }
            self.wake();
        });
    }

    /// Tries a refused draft again, on the message as it stands now.
    pub fn retry(self, id: DraftId) {
        self.revise(id, |c| c.retry(id));
    }

    /// Says what was written before this browser had its present session, as who the visitor is now.
    pub fn adopt(self, id: DraftId) {
        self.revise(id, |c| c.outbox.adopt(id, c.user, c.name.clone()));
    }

    /// Takes a draft back that nobody sent yet, to be written anew: a message for the composer to
    /// [show](Self::taken_back), an edit at its message, if that still stands.
    pub fn edit(self, id: DraftId) {
        spawn_local(async move {
            let Some(draft) = keeper::take(self.conversation, id).await else { return };
            if let Some(message) = draft.deed.target().and_then(|seq| self.standing(seq)) {
                let seen = self.conversation.with_untracked(|c| c.outbox.seen(&message));
                self.editing.set(Some(Editing { message: message.seq, seen, text: draft.body }));
                return;
            }
            let earlier = |place: Option<u64>| Some(place.map_or(draft.place, |p| p.min(draft.place)));
            self.place.update_value(|place| *place = earlier(*place));
            self.taken_back.set(Some(draft.body));
        });
    }

    /// Begins to edit the visitor's newest message. Says whether there is one.
    pub fn edit_last(self) -> bool {
        let last = self.conversation.with_untracked(|c| c.last_own().cloned());
        let found = last.is_some();
        if let Some(message) = last {
            self.begin_edit(&message);
        }
        found
    }

    /// Begins to edit a message, as the visitor sees it.
    pub fn begin_edit(self, message: &Event) {
        let (shown, seen) =
            self.conversation.with_untracked(|c| (c.outbox.foreseen(message), c.outbox.seen(message)));
        if let EventKind::Message { body, .. } = shown.kind {
            self.editing.set(Some(Editing { message: message.seq, seen, text: body }));
        }
    }

    /// Whether a message is loaded.
    pub fn has_message(self, seq: u64) -> bool {
        self.conversation.with_untracked(|c| c.timeline.message(seq).is_some())
    }

    /// A message that is loaded and was not taken back.
    fn standing(self, seq: u64) -> Option<Arc<Event>> {
        let message = self.conversation.with_untracked(|c| c.timeline.message(seq).cloned());
        message.filter(|message| !message.is_deleted())
    }

    /// The message that is being edited.
    pub fn editing(self) -> RwSignal<Option<Editing>> {
        self.editing
    }

    /// What the visitor changes in messages and the log does not have yet, by the messages' `seq`.
    pub fn changes(self) -> Memo<HashMap<u64, Vec<Entry>>> {
        self.changes
    }

    /// Gives a draft up that nobody sent yet.
    pub fn discard(self, id: DraftId) {
        spawn_local(async move {
            keeper::take(self.conversation, id).await;
        });
    }

    /// Gives a draft up that may have been sent.
    pub fn give_up(self, id: DraftId) {
        spawn_local(keeper::give_up(self.conversation, id));
    }

    /// The text that was taken back to be written anew, until the composer has it.
    pub fn taken_back(self) -> RwSignal<Option<String>> {
        self.taken_back
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
        let changed = changed.unwrap_or_default();
        for event in &changed {
            let signal = self.followed.with_value(|followed| followed.get(&event.seq).copied());
            // A row that is gone by now takes no news.
            let _ = signal.and_then(|signal| signal.try_set(Arc::clone(event)));
        }
    }

    /// Asks for a part of the topic's past.
    pub fn load(self, span: Span) {
        if let Some(mut conversation) = self.conversation.try_write_untracked() {
            conversation.want(span);
        }
        self.wake();
    }

    /// Lets go of what is above a part that is missing, so that the newest row stands at the end of what is here.
    pub fn newest_only(self) {
        if !self.conversation.with_untracked(|c| c.timeline.is_whole()) {
            self.conversation.update(|c| c.timeline.newest_only());
        }
    }

    /// Whether nothing is missing down to the newest message.
    pub fn is_whole(self) -> bool {
        self.conversation.with_untracked(|c| c.timeline.is_whole())
    }

    /// Lets the oldest rows go when there are more than so many. Says whether it did.
    pub fn trim(self, max_rows: usize) -> bool {
        let too_many = self.conversation.with_untracked(|c| c.timeline.rows().len() > max_rows);
        if too_many {
            self.conversation.update(|c| c.timeline.trim(max_rows));
            let seqs = |c: &Conversation| {
                c.timeline
                    .rows()
                    .iter()
                    .filter_map(Row::message)
                    .map(|event| event.seq)
                    .collect::<HashSet<_>>()
            };
            let kept = self.conversation.with_untracked(seqs);
            self.followed.update_value(|followed| followed.retain(|seq, _| kept.contains(seq)));
        }
        too_many
    }

    /// The topic of the page.
    pub fn topic(self) -> TopicName {
        self.conversation.with_untracked(|c| c.topic.clone())
    }

    /// What the log does not have yet: messages, and changes of such that are not loaded.
    pub fn pending(self) -> Memo<Vec<Entry>> {
        Memo::new(move |_| self.conversation.with(|c| c.homeless().cloned().collect()))
    }

    /// A draft, as it moves on.
    pub fn pending_draft(self, id: DraftId) -> Memo<Option<Entry>> {
        Memo::new(move |_| self.conversation.with(|c| c.outbox.get(id).cloned()))
    }

    /// Whether an author is the visitor.
    pub fn is_me(self, user: crate::protocol::UserId) -> bool {
        self.conversation.with_untracked(|c| c.user == user)
    }

    /// Who the visitor is.
    pub fn user(self) -> crate::protocol::UserId {
        self.conversation.with_untracked(|c| c.user)
    }

    /// The visitor's name, as it changes.
    pub fn present_name(self) -> Memo<Name> {
        Memo::new(move |_| self.conversation.with(|c| c.name.clone()))
    }

    /// The visitor's name, as it is now.
    pub fn name(self) -> Name {
        self.conversation.with_untracked(|c| c.name.clone())
    }

    fn revise(self, id: DraftId, change: impl FnOnce(&mut Conversation)) {
        self.conversation.update(change);
        let draft = self.conversation.with_untracked(|c| c.outbox.get(id).map(|entry| entry.draft.clone()));
        spawn_local(async move {
            if let Some(draft) = draft {
                keeper::revise(self.conversation, draft).await;
            }
            self.wake();
        });
    }

    /// Only something new wakes the connection: a look that finds nothing is no reason to try the line.
    async fn read(self) {
        if keeper::read(self.conversation).await {
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

fn by_message(conversation: &Conversation) -> HashMap<u64, Vec<Entry>> {
    let mut changes: HashMap<u64, Vec<Entry>> = HashMap::new();
    for (message, entry) in conversation.outbox.changes() {
        changes.entry(message).or_default().push(entry.clone());
    }
    changes
}
