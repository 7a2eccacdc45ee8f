//! Receives what other nodes announce, and watches the connection.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_nats::{Client, Event, Subscriber, connection::State};
use bytes::Bytes;
use futures::StreamExt;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tracing::{debug, info};

use super::{
    MAX_PAYLOAD_BYTES, SEND_TIMEOUT,
    inbox::NatsInbox,
    link::Link,
    outbox::Outbox,
    payload::Sender,
    senders::Senders,
    subjects::{FromOther, Subjects},
};

/// The time between two heartbeats, by which a node notices that signals no longer arrive.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);
/// How long no heartbeat may arrive before hints count as lost.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_secs(4 * HEARTBEAT_INTERVAL.as_secs());

pub(super) struct NatsListener {
    pub(super) client: Client,
    pub(super) subjects: Subjects,
    pub(super) sender: Arc<Sender>,
    pub(super) inbox: Arc<NatsInbox>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) link: Link,
}

impl NatsListener {
    /// Receives until the subscription ends.
    pub(super) async fn run(self, subscriber: Subscriber, events: mpsc::Receiver<Event>) {
        let (heartbeat, heartbeats) = watch::channel(0);
        tokio::select! {
            () = self.receive_all(subscriber, heartbeat) => {}
            () = self.watch(events, heartbeats) => {}
        }
    }

    async fn receive_all(&self, mut subscriber: Subscriber, heartbeat: watch::Sender<u64>) {
        let mut senders = Senders::new(HEARTBEAT_TIMEOUT);
        while let Some(message) = subscriber.next().await {
            if let Some(connection) = self.subjects.own_heartbeat(&message.subject) {
                heartbeat.send_replace(connection);
                continue;
            }
            match self.subjects.of_other(&message.subject) {
                Some(FromOther::Heartbeat(node)) => senders.record_heartbeat(node),
                Some(FromOther::Payload(node)) => self.receive(&message.payload, senders.is_silent(node)),
                None => {}
            }
        }
    }

    /// Queues what another node has announced; of events that may be old only the heads.
    fn receive(&self, payload: &[u8], may_be_old: bool) {
        if payload.len() > MAX_PAYLOAD_BYTES {
            return debug!(bytes = payload.len(), "nodes.bad_payload_ignored");
        }
        match self.sender.parse(payload) {
            Ok(Some(mut received)) => {
                if may_be_old {
                    received.drop_texts();
                }
                if received.unknown > 0 {
                    debug!(unknown = received.unknown, "nodes.unknown_signals_ignored");
                }
                self.inbox.push(received, payload.len());
            }
            Ok(None) => debug!("nodes.foreign_payload_ignored"),
            Err(error) => debug!(%error, "nodes.bad_payload_ignored"),
        }
    }

    async fn watch(&self, mut events: mpsc::Receiver<Event>, mut heartbeats: watch::Receiver<u64>) {
        let mut ticks = interval(HEARTBEAT_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_heartbeat = Instant::now();
        let mut receiving_connection = None;
        loop {
            tokio::select! {
                Some(event) = events.recv() => self.handle(event).await,
                Ok(()) = heartbeats.changed() => {
                    let connection = Some(*heartbeats.borrow_and_update());
                    if connection == self.connection() {
                        last_heartbeat = Instant::now();
                        let is_new = std::mem::replace(&mut receiving_connection, connection) != connection;
                        if is_new || !self.link.is_connected() {
                            self.link.connected();
                            self.outbox.mark_lost();
                        }
                    }
                }
                _ = ticks.tick() => {
                    if last_heartbeat.elapsed() > HEARTBEAT_TIMEOUT {
                        self.link.disconnected("no heartbeat has arrived");
                    }
                    self.send_heartbeat().await;
                }
            }
        }
    }

    async fn handle(&self, event: Event) {
        match event {
            Event::Connected => self.send_heartbeat().await,
            // A broker that shuts down takes no new clients. Another one of its cluster does.
            Event::LameDuckMode => {
                info!("nodes.lame_duck: the NATS server shuts down");
                let _ = timeout(SEND_TIMEOUT, self.client.force_reconnect()).await;
            }
            Event::Disconnected | Event::Closed => self.link.disconnected("the connection has ended"),
            // For instance that the user may not subscribe to the subject: then no heartbeat arrives.
            Event::ServerError(error) => self.link.disconnected(&error.to_string()),
            Event::ClientError(error) if self.connection().is_none() => {
                self.link.disconnected(&error.to_string());
            }
            Event::ClientError(_) | Event::SlowConsumer(_) | Event::Draining => {}
        }
    }

    /// The number of the connection, if there is one. Events about it may have been dropped by the client.
    fn connection(&self) -> Option<u64> {
        let is_connected = self.client.connection_state() == State::Connected;
        is_connected.then(|| self.client.statistics().connects.load(Ordering::Relaxed))
    }

    /// Sends a heartbeat to this node itself. The client sends subscriptions first, so its arrival shows that they are in effect.
    async fn send_heartbeat(&self) {
        if let Some(connection) = self.connection() {
            let sent = self.client.publish(self.subjects.heartbeat(connection), Bytes::new());
            if !matches!(timeout(SEND_TIMEOUT, sent).await, Ok(Ok(()))) {
                debug!("nodes.announce_failed");
            }
        }
    }
}
