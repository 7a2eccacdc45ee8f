//! People, browsers and lines: what the tests' sentences are made of.

mod browser;
mod changes;
mod event_stream;
mod handshake_client;
mod member;
mod membership;
mod plain_client;
mod test_server;
mod websocket;

use std::{future::Future, time::Duration};

use app::protocol::{Event, EventKind};

pub use browser::{Browser, HttpResponse};
pub use changes::Change;
pub use event_stream::{EventStream, SseBlock};
pub use handshake_client::HandshakeClient;
pub use member::{Member, Subscription, encode};
pub use plain_client::PlainClient;
pub use test_server::{StoppedServer, TestServer, start, start_in};
pub use websocket::WebSocket;

/// What should happen happens within this time, or the test fails.
const SOON: Duration = Duration::from_secs(10);

/// Waits for what should happen.
pub async fn soon<T>(what: &str, happening: impl Future<Output = T>) -> T {
    let happened = tokio::time::timeout(SOON, happening).await;
    happened.unwrap_or_else(|_| panic!("{what}: not within {SOON:?}"))
}

/// What a message says.
pub fn body_of(event: &Event) -> &str {
    match &event.kind {
        EventKind::Message { body, .. } => body,
        _ => panic!("{event:?} is no message"),
    }
}

/// What messages say, in their order.
pub fn bodies_of(events: &[Event]) -> Vec<&str> {
    events.iter().map(body_of).collect()
}

/// The places of events in their log.
pub fn seqs_of(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}
