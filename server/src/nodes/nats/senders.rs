//! The nodes whose heartbeats arrive regularly.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

/// With more of them, those that have fallen silent are forgotten.
const MAX_SENDERS: usize = 1_000;

/// When each node has sent its last heartbeat.
pub(super) struct Senders {
    last_heartbeats: HashMap<String, Instant>,
    timeout: Duration,
}

impl Senders {
    /// A node that has sent a heartbeat, and then none for `timeout`, has fallen silent.
    pub(super) fn new(timeout: Duration) -> Self {
        Self { last_heartbeats: HashMap::new(), timeout }
    }

    /// A heartbeat of a node has arrived.
    pub(super) fn record_heartbeat(&mut self, node: &str) {
        if let Some(at) = self.last_heartbeats.get_mut(node) {
            *at = Instant::now();
            return;
        }
        if self.last_heartbeats.len() >= MAX_SENDERS {
            self.last_heartbeats.retain(|_, at| at.elapsed() <= self.timeout);
        }
        if self.last_heartbeats.len() < MAX_SENDERS {
            self.last_heartbeats.insert(node.to_owned(), Instant::now());
        }
    }

    /// Whether a node has fallen silent. Its next messages may have waited in its client for a new connection, which sends them
    /// before the first heartbeat.
    pub(super) fn is_silent(&self, node: &str) -> bool {
        self.last_heartbeats.get(node).is_some_and(|at| at.elapsed() > self.timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_node_is_silent_from_its_last_heartbeat_to_the_next_one() {
        let timeout = Duration::from_secs(4);
        let mut senders = Senders::new(timeout);
        assert!(!senders.is_silent("a"), "nothing is known of it");
        senders.record_heartbeat("a");
        tokio::time::advance(timeout).await;
        assert!(!senders.is_silent("a"));
        senders.record_heartbeat("b");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(senders.is_silent("a") && !senders.is_silent("b"));
        senders.record_heartbeat("a");
        assert!(!senders.is_silent("a"));
    }

    #[tokio::test(start_paused = true)]
    async fn nodes_that_have_ended_are_forgotten() {
        let mut senders = Senders::new(Duration::from_secs(4));
        (0..=MAX_SENDERS).for_each(|node| senders.record_heartbeat(&node.to_string()));
        assert_eq!(senders.last_heartbeats.len(), MAX_SENDERS);
        tokio::time::advance(Duration::from_secs(5)).await;
        senders.record_heartbeat("new");
        assert_eq!(senders.last_heartbeats.len(), 1);
    }
}
