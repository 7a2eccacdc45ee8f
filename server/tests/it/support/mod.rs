//! Test support: servers, clients and assertions.

pub mod acked;
mod browser;
mod changes;
mod event_stream;
mod handshake_client;
pub mod logged;
mod member;
mod membership;
mod plain_client;
pub mod program;
mod search;
mod test_server;
#[cfg(feature = "tls")]
pub mod tls;
pub mod topic_logs;
mod websocket;

use std::{future::Future, time::Duration};

use app::protocol::{Event, EventKind};

pub use browser::{Browser, HttpResponse};
pub use changes::Change;
pub use event_stream::{EventStream, SseBlock};
pub use handshake_client::HandshakeClient;
pub use member::{Member, Subscription, encode};
pub use plain_client::PlainClient;
pub use test_server::{StoppedServer, TestServer, start, start_in, start_one};
pub use websocket::WebSocket;

/// The timeout of every expected event.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Awaits an expected event. Panics at the timeout.
pub async fn soon<T>(what: &str, event: impl Future<Output = T>) -> T {
    let result = tokio::time::timeout(TIMEOUT, event).await;
    result.unwrap_or_else(|_| panic!("{what}: not within {TIMEOUT:?}"))
}

/// Returns a message's body.
pub fn body_of(event: &Event) -> &str {
    match &event.kind {
        EventKind::Message { body, .. } => body,
        _ => panic!("{event:?} is no message"),
    }
}

/// Returns the bodies of messages in order.
pub fn bodies_of(events: &[Event]) -> Vec<&str> {
    events.iter().map(body_of).collect()
}

/// Returns the `seq` of each event.
pub fn seqs_of(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}
