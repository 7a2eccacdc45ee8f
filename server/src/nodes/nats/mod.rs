//! Signals and events by NATS (the core protocol, which keeps no messages and guarantees nothing).
//!
//! The client reconnects by itself. A half-open connection gives no error, so the client pings the broker once a second, and
//! reconnects after three missing answers. Besides, this node sends a heartbeat to itself, as with `LISTEN`: it shows that what the
//! node announces passes and that its subscription is in effect, which no answer of the broker to a ping shows. For that the broker
//! has to send each node its own messages; their subject tells them apart before they are parsed.

mod announcer;
mod database_name;
mod inbox;
mod link;
mod listener;
mod outbox;
mod payload;
mod senders;
mod subjects;
mod supervisor;

use std::{future::pending, sync::Arc, time::Duration};

use async_nats::{ConnectOptions, Event};
use futures::future::BoxFuture;
use tokio::sync::mpsc;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use tracing::debug;

use super::{BusItem, CommittedEvents, Signal, SignalBus, oversized_signals::OversizedSignals};
use crate::{
    config::{NatsCredentials, NatsServers},
    random::random_hex,
};
use announcer::NatsAnnouncer;
pub(super) use database_name::database_name;
use inbox::NatsInbox;
use link::Link;
use listener::NatsListener;
use outbox::Outbox;
use payload::Sender;
use subjects::Subjects;
use supervisor::supervise;

/// The largest payload, unless the broker takes less. Batches of events are split; a larger event is announced by its head.
const MAX_PAYLOAD_BYTES: usize = 64 * 1_024;
/// The most signals that are kept until they are sent, or until they are handled.
const MAX_PENDING_SIGNALS: usize = 20_000;
/// Payloads that the client keeps until they are parsed. It drops further ones and says so. Their size is checked when they are
/// parsed: until then they may be as large as the broker allows (`max_payload`, 1 MiB by default).
const SUBSCRIPTION_CAPACITY: usize = 64;
/// Payloads that the client keeps while the socket takes none. They may be sent late, after a reconnect.
const CLIENT_CAPACITY: usize = 16;
/// Changes of the connection that wait to be handled.
const EVENTS_CAPACITY: usize = 64;
/// The third missing answer ends the connection.
const PING_INTERVAL: Duration = Duration::from_secs(1);
/// How long a connection may take to be made.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(4);
/// How long the client's queue may be full before hints are dropped.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// The bus.
pub(super) struct Nats {
    outbox: Arc<Outbox>,
    inbox: Arc<NatsInbox>,
    link: Link,
    /// Ends the announcer when nobody can announce any more: requests in flight are acknowledged after `drain`.
    _closed: DropGuard,
}

impl Nats {
    /// Spawns the tasks that send and receive. The one that receives ends with `drain`, the one that sends when this is dropped.
    /// `database` is its [`name`](database_name()).
    pub(super) fn spawn(
        servers: NatsServers,
        database: String,
        tracker: &TaskTracker,
        drain: &CancellationToken,
    ) -> Self {
        let outbox = Arc::new(Outbox::new());
        let inbox = NatsInbox::new();
        let link = Link::new(Arc::clone(&inbox));
        let closed = CancellationToken::new();
        let tasks = Tasks {
            servers,
            sender: Arc::new(Sender { node: random_hex::<8>(), database }),
            outbox: Arc::clone(&outbox),
            inbox: Arc::clone(&inbox),
            link: link.clone(),
            closed: closed.clone(),
            drain: drain.clone(),
        };
        tracker.spawn(async move { supervise(&tasks.link, &tasks.closed, || tasks.run()).await });
        Self { outbox, inbox, link, _closed: closed.drop_guard() }
    }
}

impl SignalBus for Nats {
    fn announce(&self, signal: Signal) {
        self.outbox.push(signal);
    }

    fn announce_events(&self, events: CommittedEvents) {
        if self.link.is_connected() {
            self.outbox.push_events(&events);
        }
    }

    fn recv(&self) -> BoxFuture<'_, BusItem> {
        Box::pin(self.inbox.next())
    }

    fn is_connected(&self) -> bool {
        !self.link.is_disconnected()
    }
}

/// The shared state with which the tasks start, and start again.
struct Tasks {
    servers: NatsServers,
    sender: Arc<Sender>,
    outbox: Arc<Outbox>,
    inbox: Arc<NatsInbox>,
    link: Link,
    closed: CancellationToken,
    drain: CancellationToken,
}

impl Tasks {
    /// Receives until `drain` is cancelled, and sends until `closed` is. Errors: the client has a wrong setting, or its subscription
    /// has ended. It waits for no broker.
    async fn run(&self) -> Result<(), async_nats::Error> {
        let (events, changes) = mpsc::channel(EVENTS_CAPACITY);
        let subjects = Subjects::new(&self.sender);
        let options = options(&self.servers, events, Arc::clone(&self.inbox));
        let client = options.connect(self.servers.urls.clone()).await?;
        let subscriber = client.subscribe(subjects.all.clone()).await?;
        let announcer = NatsAnnouncer {
            client: client.clone(),
            subject: subjects.own.clone(),
            sender: Arc::clone(&self.sender),
            outbox: Arc::clone(&self.outbox),
            link: self.link.clone(),
            oversized: OversizedSignals::default(),
        };
        let listener = NatsListener {
            client,
            subjects,
            sender: Arc::clone(&self.sender),
            inbox: Arc::clone(&self.inbox),
            outbox: Arc::clone(&self.outbox),
            link: self.link.clone(),
        };
        let listening = async {
            match self.drain.run_until_cancelled(listener.run(subscriber, changes)).await {
                Some(()) => Err("the subscription has ended".into()),
                // Draining: events that are acknowledged from now on are still announced.
                None => pending().await,
            }
        };
        tokio::select! {
            () = announcer.run(self.closed.clone()) => Ok(()),
            ended = listening => ended,
        }
    }
}

fn options(servers: &NatsServers, events: mpsc::Sender<Event>, inbox: Arc<NatsInbox>) -> ConnectOptions {
    let options = match servers.credentials.clone() {
        NatsCredentials::None => ConnectOptions::new(),
        NatsCredentials::Token(token) => ConnectOptions::with_token(token),
        NatsCredentials::User { name, password } => ConnectOptions::with_user_and_password(name, password),
    };
    options
        .name("chorus")
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(retry_interval)
        .connection_timeout(CONNECTION_TIMEOUT)
        .ping_interval(PING_INTERVAL)
        .client_capacity(CLIENT_CAPACITY)
        .subscription_capacity(SUBSCRIPTION_CAPACITY)
        .event_callback(move |event| {
            match event {
                Event::SlowConsumer(_) => {
                    debug!("nodes.hints_dropped");
                    inbox.mark_uncertain();
                }
                // A full queue loses nothing: the listener also looks at the state of the connection.
                event => drop(events.try_send(event)),
            }
            async {}
        })
}

/// Doubles with each attempt, from 100 ms. The first attempt is made at once.
fn retry_interval(attempts: usize) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(2)).unwrap_or(u32::MAX);
    match attempts {
        0 | 1 => Duration::ZERO,
        _ => {
            MAX_RETRY_INTERVAL.min(Duration::from_millis(100).saturating_mul(2_u32.saturating_pow(doublings)))
        }
    }
}
