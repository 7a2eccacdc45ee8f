//! One connection, driven step by step: the chat's own handlers on a connection whose other end is this test.

use std::{collections::HashMap, future::poll_fn, sync::Arc};

use app::protocol::{ClientFrame, ConnectionId, Name, Position, ServerFrame, TopicName, UserId};
use testing::{Random, poll_times};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{harness::Harness, replies::ReadRequest, run::TOPICS};
use crate::{
    chat::{
        Chat, Frame,
        client_state::{ClientState, CompletedAppend},
        dialect::Dialect,
    },
    endpoint::{ConnectionHandle, Endpoint, HandlerResult},
    hub::Received,
};

#[derive(Debug, Clone)]
pub(super) enum PeerRequest {
    Event,
    Subscribe { topic: usize, since: Option<Position>, echo: bool },
    Read(ReadRequest),
}

/// Whether the server has handled a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Handled,
    /// The server reads nothing from this connection now.
    Unread,
    /// The connection's task was cancelled in the middle of it.
    Cancelled,
}

pub(super) struct ModelPeer {
    pub(super) user: UserId,
    pub(super) requests: HashMap<u64, PeerRequest>,
    /// Received frames that were not checked yet.
    pub(super) inbox: Vec<ServerFrame>,
    pub(super) is_stalled: bool,
    /// Whether the connection subscribes to each topic.
    pub(super) is_subscribed: [bool; TOPICS],
    connection: ConnectionHandle<Frame>,
    /// Kept alive for the hub, but never awaited: the test polls the connection.
    _subscriber: Arc<Notify>,
    pub(super) client: ClientState,
}

impl ModelPeer {
    pub(super) fn enter(harness: &Harness, user: u128, topic: &TopicName) -> Self {
        let user = UserId(Uuid::from_u128(user));
        let client = ClientState {
            connection: ConnectionId(Uuid::nil()),
            dialect: Dialect::V1,
            user,
            name: Name::anonymous(),
            session: None,
            open_session: None,
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            network: None,
            topic: topic.clone(),
            subscriptions: Vec::new(),
            pending: std::collections::VecDeque::new(),
            inbox: None,
            written_topics: Vec::new(),
            strikes: 0,
        };
        let subscriber = Arc::new(Notify::new());
        Self {
            user,
            requests: HashMap::new(),
            inbox: Vec::new(),
            is_stalled: false,
            is_subscribed: [false; TOPICS],
            connection: ConnectionHandle::new(harness.chat.hub.clone(), Arc::downgrade(&subscriber) as _),
            _subscriber: subscriber,
            client,
        }
    }

    /// Sends a frame if the server would read it now. Its handler is cancelled after `polls` polls.
    pub(super) async fn send(
        &mut self,
        chat: &Chat,
        reference: u64,
        request: PeerRequest,
        frame: &ClientFrame,
        polls: u64,
    ) -> Sent {
        assert!(
            self.client.pending.len() <= chat.settings.limits.in_flight,
            "more requests are pending than may be"
        );
        if !chat.wants_read(&self.client) {
            return Sent::Unread;
        }
        self.requests.insert(reference, request);
        let text = serde_json::to_string(frame).unwrap();
        let handled = chat.on_text(&mut self.connection, &mut self.client, text);
        let Some(flow) = poll_times(polls, handled).await else { return Sent::Cancelled };
        assert!(flow.is_ok(), "no frame of this test closes a connection: {flow:?}");
        self.collect();
        Sent::Handled
    }

    /// Runs one step, as the connection's task does. Returns whether there was anything to do.
    pub(super) async fn step(
        &mut self,
        chat: &Chat,
        random: &mut Random,
    ) -> Result<bool, crate::endpoint::CloseReason> {
        let hub_first = random.one_in(2);
        let done = (hub_first && self.take_any(chat, random).await?)
            || self.work(chat).await?
            || (!hub_first && self.take_any(chat, random).await?);
        self.collect();
        Ok(done)
    }

    /// Handles one item of the hub, from the subscriptions in a random order.
    async fn take_any(
        &mut self,
        chat: &Chat,
        random: &mut Random,
    ) -> Result<bool, crate::endpoint::CloseReason> {
        let first = random.below(TOPICS);
        for index in (first..TOPICS).chain(0..first) {
            if self.take(chat, index).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn take(&mut self, chat: &Chat, index: usize) -> Result<bool, crate::endpoint::CloseReason> {
        let Some(topic) = self.connection.subscription(index).cloned() else { return Ok(false) };
        let connection = &mut self.connection;
        let client = &mut self.client;
        match connection.try_recv(index) {
            None => return Ok(false),
            Some(Received::Frame(frame)) => chat.on_hub_frame(connection, client, &topic, frame).await?,
            Some(Received::Lagged) => chat.on_lagged(connection, client, &topic).await?,
        }
        Ok(true)
    }

    /// Catches up, or sends a reply that is ready.
    async fn work(&mut self, chat: &Chat) -> Result<bool, crate::endpoint::CloseReason> {
        if self.client.subscriptions.iter().any(|(cursor, _)| cursor.is_behind) {
            self.run_next_work(chat).await?;
            return Ok(true);
        }
        match self.client.take_completed() {
            Some(completed) => self.complete(chat, completed),
            None => return Ok(false),
        }
        Ok(true)
    }

    fn complete(&mut self, chat: &Chat, completed: CompletedAppend) {
        chat.finish_append(&mut self.connection, &mut self.client, completed);
    }

    /// Waits for the connection's next work, and handles it.
    async fn run_next_work(&mut self, chat: &Chat) -> HandlerResult {
        let work = poll_fn(|cx| chat.poll_work(&mut self.client, cx)).await;
        chat.on_work(&mut self.connection, &mut self.client, work).await
    }

    /// Waits for all pending replies.
    pub(super) async fn drain_replies(&mut self, chat: &Chat) -> HandlerResult {
        while !self.client.pending.is_empty() {
            self.run_next_work(chat).await?;
        }
        self.collect();
        Ok(())
    }

    pub(super) fn collect(&mut self) {
        for text in self.connection.take_texts() {
            self.inbox.push(serde_json::from_str(&text).unwrap());
        }
    }
}
