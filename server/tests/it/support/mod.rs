//! People, browsers and lines: what the tests' sentences are made of.

mod browser;
mod change;
mod following;
mod knock;
mod line;
mod member;
mod server;
mod stream;
mod visitor;

use std::{future::Future, time::Duration};

use app::protocol::{Event, EventKind};

pub use browser::{Answer, Browser};
pub use change::Change;
pub use knock::Knock;
pub use line::Line;
pub use member::{Member, Subscription, encode};
pub use server::{Ended, TestServer, start, start_in};
pub use stream::{Block, Stream};
pub use visitor::Visitor;

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
