//! One connection, a turn at a time: the chat's own handlers on a socket whose other end is this test.

use std::{collections::HashMap, future::poll_fn, sync::Arc};

use app::protocol::{ClientFrame, ConnectionId, Name, Position, ServerFrame, TopicName, UserId};
use testing::Random;
use tokio::sync::Notify;
use uuid::Uuid;

use super::world::World;
use crate::{
    chat::{
        Chat, Frame,
        visitor::{Answered, Dialect, Visitor},
    },
    endpoint::{Endpoint, Flow, Socket},
    hub::Received,
};

/// What a client asked.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    /// For an event; and whether it was tried for the first time.
    Event,
    /// To hear the topic, from this position on.
    Subscribe { since: Option<Position>, echo: bool },
    /// For the past.
    Past { span: app::protocol::HistoryRange, limit: usize },
}

pub(super) struct Peer {
    pub(super) user: UserId,
    pub(super) asked: HashMap<u64, Asked>,
    /// What came and was not looked at yet.
    pub(super) inbox: Vec<ServerFrame>,
    pub(super) stalls: bool,
    pub(super) hears: bool,
    socket: Socket<Frame>,
    /// It looks without being told to.
    _ear: Arc<Notify>,
    pub(super) visitor: Visitor,
}

impl Peer {
    pub(super) fn enter(world: &World, user: u128, topic: &TopicName) -> Self {
        let user = UserId(Uuid::from_u128(user));
        let visitor = Visitor {
            connection: ConnectionId(Uuid::nil()),
            dialect: Dialect::V1,
            user,
            name: Name::anonymous(),
            session: None,
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            topic: topic.clone(),
            places: Vec::new(),
            answers: std::collections::VecDeque::new(),
            letters: None,
            wrote: Vec::new(),
            strikes: 0,
        };
        let ear = Arc::new(Notify::new());
        Self {
            user,
            asked: HashMap::new(),
            inbox: Vec::new(),
            stalls: false,
            hears: false,
            socket: Socket::new(world.chat.hub.clone(), Arc::downgrade(&ear) as _),
            _ear: ear,
            visitor,
        }
    }

    /// Says something, if the server would read it now.
    pub(super) async fn say(
        &mut self,
        chat: &Chat,
        reference: u64,
        asked: Asked,
        frame: &ClientFrame,
    ) -> bool {
        assert!(self.visitor.answers.len() <= chat.settings.limits.in_flight, "more waits than may");
        if !chat.reads(&self.visitor) {
            return false;
        }
        self.asked.insert(reference, asked);
        let text = serde_json::to_string(frame).unwrap();
        let flow = chat.on_text(&mut self.socket, &mut self.visitor, text).await;
        assert!(flow.is_ok(), "nothing here ends a connection: {flow:?}");
        self.collect();
        true
    }

    /// One turn, as the connection's task takes it. Says whether there was anything to do.
    pub(super) async fn turn(
        &mut self,
        chat: &Chat,
        random: &mut Random,
    ) -> Result<bool, crate::endpoint::Close> {
        let hub_first = random.one_in(2);
        let done = (hub_first && self.take(chat).await?)
            || self.work(chat).await?
            || (!hub_first && self.take(chat).await?);
        self.collect();
        Ok(done)
    }

    async fn take(&mut self, chat: &Chat) -> Result<bool, crate::endpoint::Close> {
        let Some(topic) = self.socket.subscription(0).cloned() else { return Ok(false) };
        let (socket, visitor) = (&mut self.socket, &mut self.visitor);
        match socket.take(0) {
            None => return Ok(false),
            Some(Received::Frame(frame)) => chat.on_frame(socket, visitor, &topic, frame).await?,
            Some(Received::Lagged) => chat.on_missed(socket, visitor, &topic).await?,
        }
        Ok(true)
    }

    /// Catches up, or tells an answer that is there.
    async fn work(&mut self, chat: &Chat) -> Result<bool, crate::endpoint::Close> {
        if self.visitor.places.iter().any(|(cursor, _)| cursor.behind) {
            self.waits(chat).await?;
            return Ok(true);
        }
        match self.visitor.ready_answer() {
            Some(answered) => self.answered(chat, answered),
            None => return Ok(false),
        }
        Ok(true)
    }

    fn answered(&mut self, chat: &Chat, answered: Answered) {
        chat.tell(&mut self.socket, &mut self.visitor, answered);
    }

    /// Does what comes next, waiting for it.
    async fn waits(&mut self, chat: &Chat) -> Flow {
        let work = poll_fn(|cx| chat.poll_work(&mut self.visitor, cx)).await;
        chat.on_work(&mut self.socket, &mut self.visitor, work).await
    }

    /// Waits for every answer.
    pub(super) async fn hears_answers(&mut self, chat: &Chat) -> Flow {
        while !self.visitor.answers.is_empty() {
            self.waits(chat).await?;
        }
        self.collect();
        Ok(())
    }

    pub(super) fn collect(&mut self) {
        for text in self.socket.take_texts() {
            self.inbox.push(serde_json::from_str(&text).unwrap());
        }
    }
}
