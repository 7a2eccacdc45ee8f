//! Whether signals arrive, as far as is known.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use tracing::{debug, info, warn};

use super::inbox::NatsInbox;

const STARTING: u8 = 0;
const CONNECTED: u8 = 1;
const DISCONNECTED: u8 = 2;

/// The state of the connection to the broker; cheap to clone.
#[derive(Clone)]
pub(super) struct Link {
    state: Arc<AtomicU8>,
    inbox: Arc<NatsInbox>,
}

impl Link {
    pub(super) fn new(inbox: Arc<NatsInbox>) -> Self {
        Self { state: Arc::new(AtomicU8::new(STARTING)), inbox }
    }

    /// The broker has confirmed the subscription. Hints from before it are missing.
    pub(super) fn connected(&self) {
        self.inbox.mark_uncertain();
        if self.state.swap(CONNECTED, Ordering::Relaxed) == DISCONNECTED {
            info!("nodes.listening: hints of other nodes arrive again");
        }
    }

    pub(super) fn disconnected(&self, reason: &str) {
        if self.state.swap(DISCONNECTED, Ordering::Relaxed) == DISCONNECTED {
            debug!(reason, "nodes.not_listening");
        } else {
            self.inbox.mark_uncertain();
            warn!(
                reason,
                "nodes.not_listening: hints of other nodes do not arrive over NATS; their events are found by polling"
            );
        }
    }

    pub(super) fn is_connected(&self) -> bool {
        self.state.load(Ordering::Relaxed) == CONNECTED
    }

    /// A node that starts is not degraded, unless it turns out that the broker cannot be reached.
    pub(super) fn is_disconnected(&self) -> bool {
        self.state.load(Ordering::Relaxed) == DISCONNECTED
    }
}
