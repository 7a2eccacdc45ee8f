//! The trait of an endpoint: the handlers that a connection's task calls.

use std::{
    future::{Future, ready},
    task::{Context, Poll},
};

use app::protocol::{CloseCode, TopicName};
use tokio::time::Instant;

use super::{CloseReason, ConnectionHandle, EncodedFrames, Handshake, KeepAlive, Message, Rejection};
use crate::hub::Hub;

/// The result of a handler: `Err` closes the connection.
pub type HandlerResult = Result<(), CloseReason>;

/// The result of [`Endpoint::deliver_inline`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InlineDelivery {
    /// The frame is handled; these bytes are to be written.
    Write(EncodedFrames),
    /// The frame is handled; there is nothing to write.
    Skip,
    /// The frame is left to the connection's task, which calls [`Endpoint::on_hub_frame`]. The state is unchanged.
    Defer,
}

/// A WebSocket endpoint: the handlers of all connections to one route.
///
/// An endpoint is shared by its connections; each connection has a [`State`](Self::State) of its own. The handlers of one
/// connection never run concurrently. Frames that a handler sends through its [`ConnectionHandle`] are queued and
/// written when the handler has returned.
pub trait Endpoint: Send + Sync + Sized + 'static {
    /// The state of one connection.
    type State: Send + 'static;
    /// The frames that the endpoint's connections publish to each other through the hub.
    type Frame: Clone + Send + Sync + 'static;
    /// An event of the endpoint's own that a connection waits for, besides messages and hub frames.
    type Work: Send;

    /// Returns the hub that carries frames between the endpoint's connections.
    fn hub(&self) -> &Hub<Self::Frame>;

    /// Returns the supported subprotocols. A client may also ask for none.
    fn protocols(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns the ping interval and the pong timeout.
    fn keep_alive(&self) -> KeepAlive;

    /// Accepts or rejects a handshake, before the upgrade: a rejection is an HTTP response with its status.
    fn on_open(&self, handshake: &Handshake) -> impl Future<Output = Result<Self::State, Rejection>> + Send;

    /// Called once, when the connection is established.
    fn on_start(
        &self,
        _connection: &mut ConnectionHandle<Self::Frame>,
        _state: &mut Self::State,
    ) -> impl Future<Output = HandlerResult> + Send {
        ready(Ok(()))
    }

    /// Handles a text message.
    fn on_text(
        &self,
        connection: &mut ConnectionHandle<Self::Frame>,
        state: &mut Self::State,
        text: String,
    ) -> impl Future<Output = HandlerResult> + Send;

    /// Handles a binary message. The default implementation ignores it.
    fn on_binary(
        &self,
        _connection: &mut ConnectionHandle<Self::Frame>,
        _state: &mut Self::State,
        _bytes: bytes::Bytes,
    ) -> impl Future<Output = HandlerResult> + Send {
        ready(Ok(()))
    }

    /// Handles a hub frame of a topic that the connection is subscribed to.
    fn on_hub_frame(
        &self,
        connection: &mut ConnectionHandle<Self::Frame>,
        state: &mut Self::State,
        topic: &TopicName,
        frame: Self::Frame,
    ) -> impl Future<Output = HandlerResult> + Send;

    /// Handles a hub frame on the publisher's task while the connection is idle, which saves a wake-up per subscriber.
    ///
    /// Must neither block nor publish. The bytes it returns are written at once, ahead of anything that a later handler
    /// sends: return [`InlineDelivery::Defer`] when something else has to be written first. The default implementation
    /// always defers.
    fn deliver_inline(
        &self,
        _state: &mut Self::State,
        _topic: &TopicName,
        _frame: &Self::Frame,
    ) -> InlineDelivery {
        InlineDelivery::Defer
    }

    /// The connection has fallen so far behind that frames of this topic were dropped.
    fn on_lagged(
        &self,
        _connection: &mut ConnectionHandle<Self::Frame>,
        _state: &mut Self::State,
        _topic: &TopicName,
    ) -> impl Future<Output = HandlerResult> + Send {
        ready(Ok(()))
    }

    /// Returns whether to read from the peer. `false` applies back-pressure: unread data stays in the socket buffers.
    fn wants_read(&self, _state: &Self::State) -> bool {
        true
    }

    /// Polls for the endpoint's own work. When it returns `Pending`, `cx` is woken once there may be some. Polling must lose
    /// nothing: work that this call does not return is there for the next one.
    fn poll_work(&self, _state: &mut Self::State, _cx: &mut Context<'_>) -> Poll<Self::Work> {
        Poll::Pending
    }

    /// Returns the time at which to call [`poll_work`](Self::poll_work) again, even if nothing has woken the task.
    fn work_deadline(&self, _state: &Self::State) -> Option<Instant> {
        None
    }

    /// Handles work that [`poll_work`](Self::poll_work) returned.
    fn on_work(
        &self,
        _connection: &mut ConnectionHandle<Self::Frame>,
        _state: &mut Self::State,
        _work: Self::Work,
    ) -> impl Future<Output = HandlerResult> + Send {
        ready(Ok(()))
    }

    /// A WebSocket frame exceeded the rate limit. It is discarded: `message` is the message that it completes, or `None`
    /// for a part of a fragmented one. `retry_ms` is the time until the next frame is allowed, in milliseconds. The default
    /// implementation closes the connection.
    fn on_rate_limited(
        &self,
        _connection: &mut ConnectionHandle<Self::Frame>,
        _state: &mut Self::State,
        _message: Option<&Message>,
        _retry_ms: u64,
    ) -> HandlerResult {
        Err(CloseReason::Server(CloseCode::Rate))
    }

    /// Returns the connection's `n`th ping, counted from 1. The default is a ping frame; an endpoint may use a message of
    /// its own protocol instead.
    fn ping(&self, _state: &Self::State, n: u64) -> Message {
        Message::Ping(n.to_be_bytes().to_vec().into())
    }

    /// The server is shutting down and closes the connection after this call. The client should wait a random time of at
    /// most `within_ms` milliseconds before it reconnects.
    fn on_drain(
        &self,
        _connection: &mut ConnectionHandle<Self::Frame>,
        _state: &mut Self::State,
        _within_ms: u64,
    ) {
    }

    /// The connection has ended. The close handshake follows this call.
    fn on_close(&self, _state: Self::State, _reason: &CloseReason) -> impl Future<Output = ()> + Send {
        ready(())
    }
}
