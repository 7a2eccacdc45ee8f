//! Sends events and signals.

use std::{sync::Arc, time::Duration};

use async_nats::{Client, Error, Subject};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{
    MAX_PAYLOAD_BYTES, SEND_TIMEOUT,
    link::Link,
    outbox::{Outbox, Outgoing},
    payload::Sender,
};
use crate::nodes::oversized_signals::{EncodedSignals, OversizedSignals};

/// The shortest time between two sends. Signals meanwhile are coalesced.
const SEND_INTERVAL: Duration = Duration::from_millis(2);
/// The pause after an error, before the loss is announced to the other nodes.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

pub(super) struct NatsAnnouncer {
    pub(super) client: Client,
    pub(super) subject: Subject,
    pub(super) sender: Arc<Sender>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) link: Link,
    pub(super) oversized: OversizedSignals,
}

impl NatsAnnouncer {
    /// Sends until `closed` is cancelled, and then what is left. A send that is under way is not cut short.
    pub(super) async fn run(self, closed: CancellationToken) {
        while let Some(outgoing) = closed.run_until_cancelled(self.outbox.take_all()).await {
            let pause = match self.send(outgoing).await {
                Ok(()) => SEND_INTERVAL,
                Err(_) => RETRY_INTERVAL,
            };
            closed.run_until_cancelled(sleep(pause)).await;
        }
        while let Some(outgoing) = self.outbox.try_take_all()
            && self.send(outgoing).await.is_ok()
        {}
        if self.link.is_connected() {
            let _ = timeout(SEND_TIMEOUT, self.client.flush()).await;
        }
    }

    /// Without a connection all is dropped: the client would keep it, and send it when it is old. When the connection is back,
    /// it announces to the other nodes that hints are missing, and also after an error, which ends the send.
    async fn send(&self, outgoing: Outgoing) -> Result<(), Error> {
        if !self.link.is_connected() {
            return Ok(());
        }
        let sent = self.publish(outgoing).await;
        if let Err(error) = &sent {
            debug!(%error, "nodes.announce_failed");
            self.outbox.mark_lost();
        }
        sent
    }

    async fn publish(&self, Outgoing { events, signals, has_lost }: Outgoing) -> Result<(), Error> {
        let max_bytes = MAX_PAYLOAD_BYTES.min(self.client.max_payload());
        // In a payload of its own, before the others: the receiver forgets all that came with it or before it.
        let lost = has_lost.then(|| self.sender.lost());
        let EncodedSignals { payloads, left_out } = self.sender.encode(&events, signals, max_bytes);
        self.oversized.record(left_out, max_bytes);
        for payload in lost.into_iter().chain(payloads) {
            // The client's queue is full, most likely because the connection is half open.
            timeout(SEND_TIMEOUT, self.client.publish(self.subject.clone(), payload.into())).await??;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use async_nats::ConnectOptions;

    use super::*;
    use crate::nodes::nats::inbox::NatsInbox;

    /// Nobody listens there, so the client takes a single payload at most.
    #[tokio::test]
    async fn other_nodes_are_notified_again_of_a_loss_that_was_not_sent() {
        let options = ConnectOptions::new().retry_on_initial_connect().client_capacity(1);
        let client = options.connect("nats://127.0.0.1:1").await.unwrap();
        let link = Link::new(NatsInbox::new());
        link.connected();
        let outbox = Arc::new(Outbox::new());
        let sender = Arc::new(Sender { node: "a".to_owned(), database: "d".to_owned() });
        let announcer = NatsAnnouncer {
            client,
            subject: "a".into(),
            sender,
            outbox: Arc::clone(&outbox),
            link,
            oversized: OversizedSignals::default(),
        };
        let lost = || Outgoing { has_lost: true, ..Outgoing::default() };
        while announcer.send(lost()).await.is_ok() {}
        assert_eq!(outbox.try_take_all(), Some(lost()));
        announcer.link.disconnected("on purpose");
        announcer.send(lost()).await.unwrap();
        assert_eq!(outbox.try_take_all(), None, "the loss is announced when the connection is back");
    }
}
