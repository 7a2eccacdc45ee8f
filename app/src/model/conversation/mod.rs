//! One page's conversation with the server: frames in, frames out, and what the page believes meanwhile. It is about
//! the topic that is shown, and about those that were shown before and are still heard.
//!
//! Pure: it opens no socket, reads no clock and draws nothing, so every story of a connection is a plain test.

mod commands;
mod frames;
mod history_reset;
mod memberships;
mod notifications;
mod requests;
mod search;
mod topic_state;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use crate::{
    model::{
        outbox::{Action, BaseRevision, Draft, Outbox, OutboxEntry},
        timeline::Row,
    },
    page_data::TopicPage,
    protocol::{ClientFrame, DraftId, Event, Name, TopicName, UserId},
};
pub use memberships::Memberships;
pub use search::{SearchResults, SearchState};
pub use topic_state::TopicState;

/// The state of the line, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// On its way to the server.
    Connecting,
    /// Connected and up to date.
    Live,
    /// Lost; it comes back by itself.
    Lost,
    /// The server said not to come back; the text says why.
    Refused(String),
}

/// What to do after a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Frames to send, in order.
    pub send: Vec<ClientFrame>,
    /// Try the outbox again after so many milliseconds.
    pub retry_ms: Option<u64>,
    /// The log has these drafts: the browser need not keep them.
    pub committed_drafts: Vec<DraftId>,
    /// These drafts are to be kept otherwise than before.
    pub changed_drafts: Vec<Draft>,
    /// The server is going: come back at a random moment within so many milliseconds.
    pub drain_ms: Option<u64>,
}

/// What a page knows and owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Who the visitor is.
    pub user: UserId,
    /// The name the visitor goes by.
    pub name: Name,
    /// The state of the line.
    pub status: ConnectionStatus,
    /// What the log does not have yet, of all topics.
    pub outbox: Outbox,
    /// The topics that the visitor follows.
    pub memberships: Memberships,
    /// Topics that are heard; the first is shown, the others were before, the latest first.
    topics: VecDeque<TopicState>,
    /// Where the visitor's own changes of texts stand in the log.
    committed: HashMap<DraftId, u64>,
    /// Drafts to be kept otherwise since.
    changed_drafts: Vec<Draft>,
    /// Frames to be sent once the line is up.
    queued_frames: Vec<ClientFrame>,
    /// The name that the server knows.
    server_name: Option<Name>,
    rename_request: Option<u64>,
    last_request: u64,
    publish_request: Option<(u64, DraftId)>,
    /// What became of the wish to describe a topic, and its request.
    describe_request: Option<u64>,
    describe_state: DescribeState,
    search: SearchResults,
}

/// What became of the wish to give a topic another title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DescribeState {
    /// Nobody wishes that.
    #[default]
    Idle,
    /// It is on its way.
    Sent,
    /// It is in the log.
    Done,
    /// The server refused it, for this reason.
    Refused(String),
}

/// So many topics are heard that are not shown: to come back to one is to find it as it is now.
const MAX_BACKGROUND_TOPICS: usize = 7;

impl Conversation {
    /// Begins with what the server rendered.
    pub fn new(mut page: TopicPage) -> Self {
        let memberships = Memberships::new(std::mem::take(&mut page.memberships));
        let (user, name) = (page.user, page.name.clone());
        let mut state = TopicState::from_page(page);
        state.read_before = memberships.unread_since(&state.topic);
        Self {
            user,
            server_name: Some(name.clone()),
            name,
            status: ConnectionStatus::Connecting,
            outbox: Outbox::default(),
            memberships,
            topics: VecDeque::from([state]),
            committed: HashMap::new(),
            changed_drafts: Vec::new(),
            queued_frames: Vec::new(),
            rename_request: None,
            last_request: 0,
            publish_request: None,
            describe_request: None,
            describe_state: DescribeState::default(),
            search: SearchResults::default(),
        }
    }

    /// The topic that is shown.
    pub fn current(&self) -> &TopicState {
        &self.topics[0]
    }

    /// The topic that is shown.
    pub fn current_mut(&mut self) -> &mut TopicState {
        &mut self.topics[0]
    }

    /// The name of the topic that is shown.
    pub fn topic(&self) -> &TopicName {
        &self.current().topic
    }

    /// Shows a topic, as it is known; what is not known is asked for. The one that was heard longest ago is let go.
    pub fn open(&mut self, topic: &TopicName) {
        if self.topic() == topic {
            return;
        }
        let known = self.topics.iter().position(|state| state.topic == *topic);
        let state = known.and_then(|index| self.topics.remove(index));
        let mut state = state.unwrap_or_else(|| TopicState::new(topic.clone()));
        state.read_before = self.memberships.unread_since(topic);
        self.topics.push_front(state);
        while self.topics.len() > MAX_BACKGROUND_TOPICS + 1 {
            self.unsubscribe_oldest();
        }
    }

    fn unsubscribe_oldest(&mut self) {
        let Some(state) = self.topics.pop_back() else { return };
        if state.is_live() {
            let reference = self.next_request();
            self.queued_frames.push(ClientFrame::Unsubscribe { reference, topic: state.topic });
        }
    }

    /// Takes in what was written just now, at a place of its own or where it stood before it was taken back.
    pub fn add_draft(
        &mut self,
        mut action: Action,
        body: String,
        order: Option<u64>,
        reply_to: Option<u64>,
        now_ms: u64,
    ) -> Draft {
        let order = order.unwrap_or_else(|| self.outbox.next_order(now_ms));
        if let Some(base) = action.base_mut() {
            *base = self.resolve_base(*base);
        }
        let (id, topic, author, name) =
            (DraftId::fresh(), self.topic().clone(), self.user, Some(self.name.clone()));
        let draft =
            Draft { id, topic, author, name, action, body, reply_to, order, was_sent: false, refusal: None };
        self.outbox.push(draft.clone());
        draft
    }

    /// Takes up what the browser has stored (see [`Outbox::follow`]). Says whether anything changed, and which drafts stand in
    /// the log already: the page that sent them was gone before it could let go of them, and nobody is shown them twice.
    pub fn sync_drafts(&mut self, stored: Vec<Draft>) -> (bool, Vec<DraftId>) {
        let (owed, taken_out, landed) = self.remove_committed(stored);
        (self.outbox.sync_with_storage(owed) || taken_out, landed)
    }

    /// Takes up what only the browser's journal has, where its database does not answer; the rest stays as it is.
    pub fn recover_drafts(&mut self, jotted: Vec<Draft>) -> (bool, Vec<DraftId>) {
        let (owed, taken_out, landed) = self.remove_committed(jotted);
        (self.outbox.recover(owed) || taken_out, landed)
    }

    /// Removes committed drafts from the stored ones and from the outbox. Returns the others, whether the outbox had any, and which.
    fn remove_committed(&mut self, stored: Vec<Draft>) -> (Vec<Draft>, bool, Vec<DraftId>) {
        let (landed, owed): (Vec<_>, Vec<_>) = stored.into_iter().partition(|draft| self.is_committed(draft));
        let landed: Vec<DraftId> = landed.into_iter().map(|draft| draft.id).collect();
        let taken_out = landed.iter().filter(|id| self.outbox.remove(**id)).count() > 0;
        (owed, taken_out, landed)
    }

    /// Whether what a draft says is a message that is loaded.
    fn is_committed(&self, draft: &Draft) -> bool {
        let rows = self.topic_state(&draft.topic).map_or(&[][..], |state| state.timeline.rows());
        rows.iter()
            .filter_map(Row::message)
            .any(|message| message.author.user == draft.author && message.kind.draft() == Some(draft.id))
    }

    /// The newest own message that is loaded and still stands once all that waits is done.
    pub fn last_own_message(&self) -> Option<&Arc<Event>> {
        let own = |event: &&Arc<Event>| {
            event.author.user == self.user && !self.outbox.optimistic(event).is_deleted()
        };
        self.current().timeline.rows().iter().rev().filter_map(Row::message).find(own)
    }

    /// What somebody saw of a message, by what is known now.
    pub fn resolve_base(&self, base: BaseRevision) -> BaseRevision {
        let landed = base.base_draft.and_then(|draft| self.committed.get(&draft));
        landed.map_or(base, |seq| BaseRevision { revision: *seq, base_draft: None })
    }

    /// What waits and stands at no message here: new messages, and changes of such that are not loaded.
    pub fn unanchored(&self) -> impl Iterator<Item = &OutboxEntry> {
        let state = self.current();
        let here = |seq| state.timeline.message(seq).is_some();
        let of_topic = self.outbox.entries().iter().filter(|entry| entry.draft.topic == state.topic);
        of_topic.filter(move |entry| !entry.draft.action.target().is_some_and(here))
    }

    /// A refused draft is to be sent after all, on the message as it stands now.
    pub fn retry(&mut self, id: DraftId) {
        let draft = self.outbox.get(id).map(|entry| &entry.draft);
        let state = draft.and_then(|draft| self.topic_state(&draft.topic));
        let target = draft.and_then(|draft| draft.action.target());
        let message = state.zip(target).and_then(|(state, seq)| state.timeline.message(seq));
        let base = message.map(|message| self.outbox.base_of(message));
        self.outbox.retry(id, base);
    }

    /// Whether a turn to send would be used.
    pub fn wants_to_send(&self) -> bool {
        self.status == ConnectionStatus::Live && self.outbox.has_pending(self.user)
    }

    /// Another tab took a draft out before this one could send it.
    pub fn draft_removed_elsewhere(&mut self, draft: DraftId) {
        self.publish_request.take_if(|(_, publishing)| *publishing == draft);
        self.outbox.remove(draft);
    }

    fn topic_state(&self, topic: &TopicName) -> Option<&TopicState> {
        self.topics.iter().find(|state| state.topic == *topic)
    }

    fn topic_state_mut(&mut self, topic: &TopicName) -> Option<&mut TopicState> {
        self.topics.iter_mut().find(|state| state.topic == *topic)
    }

    fn next_request(&mut self) -> u64 {
        self.last_request += 1;
        self.last_request
    }
}

#[cfg(test)]
mod tests;
