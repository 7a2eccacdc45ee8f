//! The smallest endpoint, with its own hub.

use std::{convert::Infallible, sync::Arc};

use app::protocol::{Name, TopicName};
use axum::{body::Bytes, http::StatusCode};
use server::{
    endpoint::{
        CloseReason, ConnectionHandle, Echo, Endpoint, HandlerResult, Handshake, KeepAlive, Rejection,
    },
    hub::Hub,
};
use tokio::sync::{Semaphore, mpsc};

/// Echoes text with a counter, and bytes in reverse. `subscribe`, `leave`, `publish` and `publish-to-others` are commands for its
/// only topic.
pub struct EchoEndpoint {
    pub hub: Hub<String>,
    pub keep_alive: KeepAlive,
    /// Releases the handler of `wait`.
    pub gate: Arc<Semaphore>,
    pub closed: mpsc::UnboundedSender<(Name, usize, CloseReason)>,
}

/// The state of a connection.
pub struct Listener {
    name: Name,
    texts: usize,
}

impl Endpoint for EchoEndpoint {
    type State = Listener;
    type Frame = String;
    type Work = Infallible;

    fn hub(&self) -> &Hub<String> {
        &self.hub
    }

    fn keep_alive(&self) -> KeepAlive {
        self.keep_alive
    }

    async fn on_open(&self, opening: &Handshake) -> Result<Listener, Rejection> {
        let session = opening.session.as_ref();
        let session = session.ok_or_else(|| Rejection::new(StatusCode::UNAUTHORIZED, "Come by the page."))?;
        if session.name.as_str() == "Mallory" {
            return Err(Rejection::new(StatusCode::IM_A_TEAPOT, "Not you."));
        }
        Ok(Listener { name: session.name.clone(), texts: 0 })
    }

    async fn on_text(
        &self,
        socket: &mut ConnectionHandle<String>,
        listener: &mut Listener,
        text: String,
    ) -> HandlerResult {
        let topic = topic();
        match text.split_once(' ').unwrap_or((&text, "")) {
            ("subscribe", _) => drop(socket.subscribe(&topic)),
            ("leave", _) => _ = socket.unsubscribe(&topic),
            ("publish", rest) => socket.publish(&topic, format!("{}: {rest}", listener.name), Echo::Yes),
            ("publish-to-others", rest) => {
                socket.publish(&topic, format!("{}: {rest}", listener.name), Echo::No)
            }
            ("much", _) => socket.send_text("x".repeat(LARGE_REPLY_BYTES)),
            ("wait", _) => self.gate.acquire().await.unwrap().forget(),
            ("crash", _) => panic!("asked to"),
            _ => {
                listener.texts += 1;
                socket.send_text(format!("{} {text}", listener.texts));
            }
        }
        Ok(())
    }

    async fn on_binary(
        &self,
        socket: &mut ConnectionHandle<String>,
        _: &mut Listener,
        bytes: Bytes,
    ) -> HandlerResult {
        socket.send_binary(bytes.iter().rev().copied().collect::<Vec<_>>());
        Ok(())
    }

    async fn on_hub_frame(
        &self,
        socket: &mut ConnectionHandle<String>,
        _: &mut Listener,
        _: &TopicName,
        frame: String,
    ) -> HandlerResult {
        socket.send_text(frame);
        Ok(())
    }

    async fn on_close(&self, listener: Listener, close: &CloseReason) {
        let _ = self.closed.send((listener.name, listener.texts, *close));
    }
}

/// Longer than the output that a connection collects before it writes.
pub const LARGE_REPLY_BYTES: usize = 100_000;

fn topic() -> TopicName {
    "harness".parse().unwrap()
}
