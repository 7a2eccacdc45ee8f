//! WebSocket endpoints: a trait, and one task a connection that runs it.
//!
//! An endpoint is one file and one route: implement [`Endpoint`], mount it with [`route`]. The task owns the socket; it
//! reads, calls the endpoint, writes what the endpoint queued, keeps the line alive, and ends it. See
//! `tests/it/endpoint/echo_endpoint.rs` for the smallest one.

#![warn(missing_docs)]

mod address;
mod close;
mod connection;
mod frame;
mod goodbye;
mod handshake;
mod keep_alive;
mod line;
mod manners;
mod opening;
mod outgoing;
mod outlet;
mod pending;
mod socket;
mod upgrade;

use std::{
    future::{Future, ready},
    task::{Context, Poll},
};

use tokio::time::Instant;

pub use crate::accept::Peer;
pub(crate) use address::{address_of, whose};
pub use close::Close;
pub use frame::{Frames, Message, put_text, text_begins};
pub(crate) use handshake::Seat;
pub use handshake::{Sockets, route};
pub use keep_alive::KeepAlive;
pub use opening::{Opening, Refusal};
pub(crate) use pending::PendingBytes;
pub use socket::{Echo, Socket};

pub(crate) use crate::rate_limiter::{Bucket, Rate};

use crate::hub::Hub;
use app::protocol::{CloseCode, TopicName};

/// What a handler says: go on, or end the connection.
pub type Flow = Result<(), Close>;

/// What becomes of a frame of the hub whose connection sleeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtOnce {
    /// These bytes are to be written, and it has been dealt with.
    Write(Frames),
    /// It has been dealt with.
    Nothing,
    /// The connection is to look at it itself. Nothing has changed.
    Ask,
}

/// What a WebSocket route does with its connections. Handlers of one connection run one after another.
pub trait Endpoint: Send + Sync + Sized + 'static {
    /// What one connection remembers.
    type State: Send + 'static;
    /// What the hub carries between this endpoint's connections.
    type Frame: Clone + Send + Sync + 'static;
    /// What a connection waits for besides its socket and its topics.
    type Work: Send;

    /// The hub this endpoint's connections meet in.
    fn hub(&self) -> &Hub<Self::Frame>;

    /// The subprotocols it speaks besides none.
    fn protocols(&self) -> &'static [&'static str] {
        &[]
    }

    /// When to ping, and how long to wait for an answer.
    fn keep_alive(&self) -> KeepAlive;

    /// Somebody asks for a connection. What the HTTP session and the request hold decides: a refusal is answered with its
    /// status, before any upgrade.
    fn on_open(&self, opening: &Opening) -> impl Future<Output = Result<Self::State, Refusal>> + Send;

    /// The connection is there.
    fn on_start(
        &self,
        _socket: &mut Socket<Self::Frame>,
        _state: &mut Self::State,
    ) -> impl Future<Output = Flow> + Send {
        ready(Ok(()))
    }

    /// A text frame came.
    fn on_text(
        &self,
        socket: &mut Socket<Self::Frame>,
        state: &mut Self::State,
        text: String,
    ) -> impl Future<Output = Flow> + Send;

    /// A binary frame came. Ignored unless the endpoint says otherwise.
    fn on_binary(
        &self,
        _socket: &mut Socket<Self::Frame>,
        _state: &mut Self::State,
        _bytes: bytes::Bytes,
    ) -> impl Future<Output = Flow> + Send {
        ready(Ok(()))
    }

    /// The hub carried a frame of a topic that the connection hears.
    fn on_frame(
        &self,
        socket: &mut Socket<Self::Frame>,
        state: &mut Self::State,
        topic: &TopicName,
        frame: Self::Frame,
    ) -> impl Future<Output = Flow> + Send;

    /// The same, while the connection sleeps, by whoever publishes: must not wait, nor publish. What it says is written at
    /// once, so only what would be written next may be.
    fn at_once(&self, _state: &mut Self::State, _topic: &TopicName, _frame: &Self::Frame) -> AtOnce {
        AtOnce::Ask
    }

    /// The connection was so far behind that the hub let frames of this topic go.
    fn on_missed(
        &self,
        _socket: &mut Socket<Self::Frame>,
        _state: &mut Self::State,
        _topic: &TopicName,
    ) -> impl Future<Output = Flow> + Send {
        ready(Ok(()))
    }

    /// Whether to read from the peer; while not, what it sends waits in its own buffers.
    fn reads(&self, _state: &Self::State) -> bool {
        true
    }

    /// The endpoint's own work, if there is any; `cx` is woken when there may be. Nothing is lost that is not taken.
    fn poll_work(&self, _state: &mut Self::State, _cx: &mut Context<'_>) -> Poll<Self::Work> {
        Poll::Pending
    }

    /// When to ask for work again though nothing happened.
    fn look_at(&self, _state: &Self::State) -> Option<Instant> {
        None
    }

    /// That work is there.
    fn on_work(
        &self,
        _socket: &mut Socket<Self::Frame>,
        _state: &mut Self::State,
        _work: Self::Work,
    ) -> impl Future<Output = Flow> + Send {
        ready(Ok(()))
    }

    /// A frame came sooner than the limit allows. `message`: the one that it completes, which is not handled; `None` for
    /// a part of one. `retry_ms`: when the next frame may come.
    fn on_too_fast(
        &self,
        _socket: &mut Socket<Self::Frame>,
        _state: &mut Self::State,
        _message: Option<&Message>,
        _retry_ms: u64,
    ) -> Flow {
        Err(Close::Us(CloseCode::Rate))
    }

    /// A sign of life to ask an answer for: the `n`th of this connection.
    fn ping(&self, _state: &Self::State, n: u64) -> Message {
        Message::Ping(n.to_be_bytes().to_vec().into())
    }

    /// The server is going. The close frame follows.
    fn on_drain(&self, _socket: &mut Socket<Self::Frame>, _state: &mut Self::State, _within_ms: u64) {}

    /// The connection has ended, for this reason.
    fn on_close(&self, _state: Self::State, _close: &Close) -> impl Future<Output = ()> + Send {
        ready(())
    }
}
