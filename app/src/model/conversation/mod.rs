//! The conversation of a page with the server: a state machine from received frames to state and to frames to send.
//!
//! It opens no socket, reads no clock and renders nothing. `browser::connection` drives it in a loop:
//!
//! 1. The socket opens: [`connected`](Conversation::connected) returns `hello` and a `subscribe` for every topic.
//! 2. A frame arrives: [`receive`](Conversation::receive) changes the state and returns [`Effects`], i.e. frames to send and
//!    drafts to store or to forget (`frames`).
//! 3. The user acts: a command changes the state or queues a frame (`commands`, `description`, `drafts`, `search`);
//!    [`due_frames`](Conversation::due_frames) returns all frames that may be sent now (`requests`).
//! 4. The socket closes: [`disconnected`](Conversation::disconnected) forgets requests in flight. Drafts stay in the [`Outbox`],
//!    and timelines stay, so that the next connection resumes from their positions.
//!
//! Every request carries a number (`ref`), which its reply repeats; the fields `…_request` hold the numbers in flight, and replies
//! to other numbers are ignored. The page keeps the topic that it shows and up to `MAX_BACKGROUND_TOPICS` that it showed before,
//! all subscribed ([`TopicState`]).

mod commands;
mod description;
mod drafts;
mod frames;
mod history_reset;
mod memberships;
mod notifications;
mod requests;
mod search;
mod snapshot;
mod topic_state;

use std::collections::VecDeque;

use crate::{
    model::{
        outbox::{Draft, Outbox},
        sorted::SortedMap,
    },
    protocol::{ClientFrame, DraftId, Name, TopicName, UserId},
};
pub use description::DescribeState;
use description::DescriptionChange;
pub use memberships::Memberships;
pub use search::{SearchResults, SearchState};
pub use snapshot::TopicSnapshot;
pub use topic_state::TopicState;

/// The status of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// The socket is opening, or the shown topic is not subscribed yet.
    Connecting,
    /// Connected, and the shown topic is subscribed.
    Live,
    /// Lost; the page reconnects by itself.
    Lost,
    /// The server refused the connection or the shown topic permanently, for this reason.
    Refused(String),
}

/// The effects of a received frame, which the caller carries out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Frames to send, in order.
    pub send: Vec<ClientFrame>,
    /// Call `due_frames` again after this many milliseconds.
    pub retry_ms: Option<u64>,
    /// Committed drafts: remove them from the browser's storage.
    pub committed_drafts: Vec<DraftId>,
    /// Changed drafts: update them in the browser's storage.
    pub changed_drafts: Vec<Draft>,
    /// The server shuts down: reconnect at a random moment within this many milliseconds.
    pub drain_ms: Option<u64>,
}

/// The state of a page.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The visitor's identity.
    pub user: UserId,
    /// The visitor's name.
    pub name: Name,
    /// Whether a connection of the page had a session, and a later one is another person's.
    pub is_signed_out: bool,
    /// Whether the last connection had the identity of the page or of the connection before it. Without a session, each has another.
    has_session: bool,
    pub status: ConnectionStatus,
    /// Drafts of all topics that are not committed yet.
    pub outbox: Outbox,
    /// The topics that the visitor follows.
    pub memberships: Memberships,
    /// Subscribed topics, the most recently shown first. The first one is shown; there is always one.
    topics: VecDeque<TopicState>,
    /// The `seq` of the visitor's own committed edits and deletions, by draft: the base of changes made on top of them.
    committed: SortedMap<DraftId, u64>,
    /// Drafts that changed since the last effects were returned.
    changed_drafts: Vec<Draft>,
    /// Frames of commands, sent while the connection is live.
    queued_frames: Vec<ClientFrame>,
    /// The name that the server knows.
    server_name: Option<Name>,
    /// The name that another tab of this browser has set and sends.
    sent_elsewhere: Option<Name>,
    rename_request: Option<u64>,
    last_request: u64,
    publish_request: Option<(u64, DraftId)>,
    description: DescriptionChange,
    search: SearchResults,
}

/// The number of topics that stay subscribed without being shown, so that returning to one shows its current state at once.
const MAX_BACKGROUND_TOPICS: usize = 7;

impl Conversation {
    /// Creates the state of a page that shows one topic.
    pub fn new(mut snapshot: TopicSnapshot) -> Self {
        let memberships = Memberships::new(std::mem::take(&mut snapshot.memberships));
        let user = snapshot.user;
        let name = snapshot.name.clone();
        let mut state = TopicState::from_snapshot(snapshot);
        state.new_after = memberships.unread_since(&state.topic);
        Self {
            user,
            server_name: Some(name.clone()),
            name,
            is_signed_out: false,
            has_session: false,
            status: ConnectionStatus::Connecting,
            outbox: Outbox::default(),
            memberships,
            topics: VecDeque::from([state]),
            committed: SortedMap::default(),
            changed_drafts: Vec::new(),
            queued_frames: Vec::new(),
            sent_elsewhere: None,
            rename_request: None,
            last_request: 0,
            publish_request: None,
            description: DescriptionChange::default(),
            search: SearchResults::default(),
        }
    }

    /// Returns the topic that is shown.
    pub fn current(&self) -> &TopicState {
        &self.topics[0]
    }

    /// Returns the topic that is shown.
    pub fn current_mut(&mut self) -> &mut TopicState {
        &mut self.topics[0]
    }

    /// Returns the name of the topic that is shown.
    pub fn topic(&self) -> &TopicName {
        &self.current().topic
    }

    /// Shows a topic. One that is not known yet is subscribed; the one shown longest ago is unsubscribed when there are too many.
    pub fn open(&mut self, topic: &TopicName) {
        if self.topic() == topic {
            return;
        }
        let known = self.topics.iter().position(|state| state.topic == *topic);
        let state = known.and_then(|index| self.topics.remove(index));
        let mut state = state.unwrap_or_else(|| TopicState::new(topic.clone()));
        state.new_after = self.memberships.unread_since(topic);
        state.keeps_unread = false;
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
