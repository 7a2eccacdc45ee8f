//! A socket of tests: the chat's own handlers on a connection whose other end is the test.

use std::{future::poll_fn, net::Ipv4Addr, sync::Arc};

use app::protocol::{CloseCode, SUBPROTOCOL, TopicName};
use tokio::sync::Notify;

use super::{Chat, Frame, client_state::ClientState, delivery::Delivery, work::Work};
use crate::{
    endpoint::{CloseReason, ConnectionHandle, Endpoint, HandlerResult, Handshake},
    session::Session,
};

pub(crate) struct TestPeer {
    connection: ConnectionHandle<Frame>,
    client: ClientState,
    /// Kept alive for the hub, but never awaited.
    _subscriber: Arc<Notify>,
}

impl TestPeer {
    /// Connects in `chorus.v1` and says hello. Returns what the server sends by then, too.
    pub(crate) async fn v1(chat: &Chat, session: Option<Session>) -> (Self, Vec<String>) {
        let mut peer = Self::open(chat, session, Some(SUBPROTOCOL), None).await;
        let welcome = peer.send(chat, r#"{"type":"hello","version":1}"#).await;
        (peer, welcome)
    }

    /// Connects in `chorus.v1`, and does not say hello.
    pub(crate) async fn before_hello(chat: &Chat, session: Option<Session>) -> Self {
        Self::open(chat, session, Some(SUBPROTOCOL), None).await
    }

    /// Connects to a topic in the plain dialect. Returns what the server sends by then, too.
    pub(crate) async fn plain(
        chat: &Chat,
        session: Option<Session>,
        topic: &TopicName,
    ) -> (Self, Vec<String>) {
        let mut peer = Self::open(chat, session, None, Some(topic.to_string())).await;
        let texts = peer.connection.take_texts();
        (peer, texts)
    }

    async fn open(
        chat: &Chat,
        session: Option<Session>,
        protocol: Option<&'static str>,
        topic: Option<String>,
    ) -> Self {
        let address = Ipv4Addr::LOCALHOST.into();
        let handshake = Handshake { session, address, bearer: None, protocol, topic };
        let mut client = chat.on_open(&handshake).await.unwrap();
        let subscriber = Arc::new(Notify::new());
        let mut connection = ConnectionHandle::new(chat.hub.clone(), Arc::downgrade(&subscriber) as _);
        chat.on_start(&mut connection, &mut client).await.unwrap();
        Self { connection, client, _subscriber: subscriber }
    }

    /// Sends a frame. Returns what the server sends until it has replied.
    pub(crate) async fn send(&mut self, chat: &Chat, frame: &str) -> Vec<String> {
        chat.on_text(&mut self.connection, &mut self.client, frame.to_owned()).await.unwrap();
        while !self.client.pending.is_empty() {
            let work = poll_fn(|cx| chat.poll_work(&mut self.client, cx)).await;
            chat.on_work(&mut self.connection, &mut self.client, work).await.unwrap();
        }
        self.connection.take_texts()
    }

    /// Sends a frame. Returns why the server closes the connection, if it does.
    pub(crate) async fn try_send(&mut self, chat: &Chat, frame: &str) -> HandlerResult {
        chat.on_text(&mut self.connection, &mut self.client, frame.to_owned()).await
    }

    /// Makes the server assume that everything about a followed topic has changed. Returns the updates that it sends.
    pub(crate) async fn updates(&mut self, chat: &Chat, topic: &TopicName) -> Vec<String> {
        chat.followers.commit_uncertain(topic);
        chat.followers.notify_now().await;
        chat.on_work(&mut self.connection, &mut self.client, Work::InboxReady).await.unwrap();
        self.connection.take_texts()
    }

    /// Makes the client ask again whether it may read a topic. Returns the code with which its connection is closed.
    pub(crate) async fn rights_changed(&mut self, chat: &Chat, topic: &TopicName) -> Option<CloseCode> {
        let frame = Arc::new(Delivery::rights_changed());
        match chat.on_hub_frame(&mut self.connection, &mut self.client, topic, frame).await {
            Err(CloseReason::Server(code)) => Some(code),
            _ => None,
        }
    }

    /// Whether the topic is shown that the client is typing.
    pub(crate) fn is_typing(&self, chat: &Chat, topic: &TopicName) -> bool {
        chat.typing.is_recorded(topic, self.client.user)
    }
}
