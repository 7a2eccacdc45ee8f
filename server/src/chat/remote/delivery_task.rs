//! The task that delivers the events of other nodes, and hands their other signals to the modules that they concern. Nothing else
//! reads the database here, so that no hint waits for it.

use std::{collections::HashSet, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use app::protocol::TopicName;
use futures::FutureExt;
use sea_orm::DbErr;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{debug, error, info, warn};

use super::{RemoteEvents, RemotePeople, Throttle, delivered_heads::Decision, published_event::LastEvent};
use crate::{
    chat::{Frame, followers::Followers, presence::Presence, typing::Typing},
    event_log::{NodeLog, Notification, ReadError, StoredHeads},
    hub::Hub,
    markup,
    nodes::{BusItem, EventBatch, Signal},
};

/// The deadline of a poll. Hints that arrive meanwhile wait for it.
const POLL_TIMEOUT: Duration = Duration::from_secs(10);

/// The shortest time between two polls because signals were lost: with very many hints, some are lost again during each.
const LOST_SIGNALS_INTERVAL: Duration = Duration::from_millis(200);
/// The shortest time between two checks of all people, because signals were lost.
const LOST_PEOPLE_INTERVAL: Duration = Duration::from_secs(1);

/// Publishes to subscribers and followers, as for this node's own commits.
pub(in crate::chat) type Publish = Arc<dyn Fn(Notification) + Send + Sync>;

pub(in crate::chat) struct DeliveryTask {
    pub(in crate::chat) remote: RemoteEvents,
    pub(in crate::chat) log: NodeLog,
    pub(in crate::chat) hub: Hub<Frame>,
    pub(in crate::chat) followers: Followers,
    pub(in crate::chat) publish: Publish,
    pub(in crate::chat) people: RemotePeople,
    pub(in crate::chat) presence: Presence,
    pub(in crate::chat) typing: Typing,
}

/// The reason why the task has something to do.
enum Wake {
    Signal(Signal),
    Events(EventBatch),
    /// Heads may have changed.
    Poll,
    /// The bus has lost signals, which may have been about heads.
    LostHeads,
    /// The same, about people.
    LostPeople,
}

/// The result of the last poll.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PollState {
    Ok,
    Failed,
}

/// Ends a poll that takes too long. Events that it has delivered by then stay delivered.
pub(super) async fn within_deadline(
    poll: impl Future<Output = Result<(), ReadError>>,
) -> Result<(), ReadError> {
    let late = |_| DbErr::Custom(format!("a poll took longer than {POLL_TIMEOUT:?}"));
    timeout(POLL_TIMEOUT, poll).await.map_err(late)?
}

impl DeliveryTask {
    /// Acts on what other nodes announce, and polls once an interval.
    pub(in crate::chat) async fn run(self, poll_interval: Duration) {
        let mut ticks = interval(poll_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut state = PollState::Ok;
        let mut lost_heads = Throttle::new(LOST_SIGNALS_INTERVAL);
        let mut lost_people = Throttle::new(LOST_PEOPLE_INTERVAL);
        loop {
            let wake = tokio::select! {
                item = self.remote.bus.recv() => match item {
                    BusItem::Signal(signal) => Wake::Signal(signal),
                    BusItem::Events(batch) => Wake::Events(batch),
                    BusItem::Uncertain => {
                        lost_heads.request();
                        lost_people.request();
                        continue;
                    }
                },
                // Events before this node's own are missing.
                missing = self.remote.missing.next() => match missing {
                    BusItem::Signal(signal) => Wake::Signal(signal),
                    BusItem::Events(_) | BusItem::Uncertain => Wake::Poll,
                },
                () = lost_heads.due(), if lost_heads.is_requested() => Wake::LostHeads,
                () = lost_people.due(), if lost_people.is_requested() => Wake::LostPeople,
                _ = ticks.tick() => Wake::Poll,
            };
            let done = match wake {
                Wake::LostHeads => Some(&mut lost_heads),
                Wake::LostPeople => Some(&mut lost_people),
                _ => None,
            };
            // A panic loses this delivery, and the next poll makes up for it.
            if AssertUnwindSafe(self.handle(wake, &mut state)).catch_unwind().await.is_err() {
                error!("nodes.delivery_panicked");
            }
            if let Some(throttle) = done {
                throttle.done();
            }
        }
    }

    async fn handle(&self, wake: Wake, state: &mut PollState) {
        match wake {
            Wake::Signal(signal) => self.dispatch(signal).await,
            Wake::Events(batch) => {
                if let Err(error) = self.handle_events(batch).await {
                    debug!(%error, "nodes.read_failed: the next poll tries again");
                }
            }
            Wake::LostPeople => {
                self.presence.signals_lost();
                self.remote.known.lock().signals_lost();
                self.remote.of_people.mark_uncertain();
                self.remote.rights_changed.notify_one();
            }
            Wake::LostHeads | Wake::Poll => self.poll_heads(state).await,
        }
    }

    /// Hands a signal of another node to the module that it concerns.
    async fn dispatch(&self, signal: Signal) {
        match signal {
            Signal::Head { topic, seq } => {
                if let Err(error) = self.handle_hint(&topic, seq).await {
                    debug!(%error, "nodes.read_failed: the next poll tries again");
                }
            }
            Signal::People(list) => self.presence.receive_people(list),
            Signal::Leaving { node } => self.presence.node_left(node),
            Signal::Hello { .. } => self.presence.receive_hello(),
            Signal::Typing { topic, people } => self.typing.receive(topic, people),
            Signal::Read { user, topic, seq } => self.people.receive_read(&self.remote, user, &topic, seq),
            Signal::Membership { .. } | Signal::Sessions { .. } => self.remote.of_people.push(signal),
            Signal::Rights { .. } => self.remote.rights_changed.notify_one(),
        }
    }

    async fn poll_heads(&self, state: &mut PollState) {
        let polled = within_deadline(self.poll(*state)).await;
        match (&polled, *state) {
            (Err(error), PollState::Ok) => warn!(%error, "nodes.poll_failed"),
            (Ok(()), PollState::Failed) => info!("nodes.poll_recovered"),
            _ => {}
        }
        *state = if polled.is_ok() { PollState::Ok } else { PollState::Failed };
    }

    pub(super) async fn handle_hint(&self, topic: &TopicName, head: u64) -> Result<(), ReadError> {
        if !self.is_in_use(topic) {
            self.forget(topic);
            return Ok(());
        }
        let decision = self.remote.delivered.lock().decide(topic, head);
        match decision {
            Decision::Unknown => self.deliver_assumed(topic, head.saturating_sub(1)).await,
            decision => self.carry_out(decision, topic).await,
        }
    }

    /// Publishes events of another node without a read if they are the next ones here, as the store would give them. Anything
    /// else is a hint that says where to look.
    pub(super) async fn handle_events(&self, batch: EventBatch) -> Result<(), ReadError> {
        let Some(last) = batch.events.last().map(|event| event.seq) else { return Ok(()) };
        let is_next = batch.dialect == markup::VERSION && self.remote.delivered.lock().is_next(&batch);
        if is_next && self.is_in_use(&batch.topic) {
            // Before it is published: a commit that follows looks for it.
            self.log.carried(&batch.topic, &batch.events);
            self.publish(&batch.topic, batch.events, LastEvent::carried);
            return Ok(());
        }
        self.handle_hint(&batch.topic, last).await
    }

    fn is_in_use(&self, topic: &TopicName) -> bool {
        self.hub.has_subscribers(topic) || self.followers.has_followers(topic)
    }

    async fn carry_out(&self, decision: Decision, topic: &TopicName) -> Result<(), ReadError> {
        match decision {
            Decision::Delivered | Decision::Unknown => Ok(()),
            Decision::ReadAfter(seq) => self.deliver(topic, seq).await,
            Decision::ReadAssumed(seq) => self.deliver_assumed(topic, seq).await,
        }
    }

    /// Asks for the heads of all topics that are in use or cached here, and delivers what is missing.
    async fn poll(&self, last: PollState) -> Result<(), ReadError> {
        let in_use: HashSet<_> = self.hub.topics().into_iter().chain(self.followers.topics()).collect();
        let published = {
            let mut delivered = self.remote.delivered.lock();
            delivered.begin_poll(&in_use);
            // Read before the heads: an event that is published meanwhile may be newer than they are.
            delivered.all_published()
        };
        let cached = self.log.cached_heads();
        let others = in_use.iter().chain(cached.iter().map(|(topic, _)| topic));
        let asked: HashSet<_> = published
            .iter()
            .map(|event| (&event.topic, event.seq))
            .chain(others.map(|topic| (topic, 0)))
            .collect();
        if asked.is_empty() {
            return Ok(());
        }
        let heads = self.log.heads(asked.into_iter()).await?;
        self.compare(&published, &heads).await?;
        for (topic, cached_head) in &cached {
            if !in_use.contains(topic) && heads.head(topic) > *cached_head {
                self.forget(topic);
            }
        }
        self.deliver_missing(&in_use, &heads, last).await
    }

    /// Delivers to topics in use. An unreadable topic does not hold up the others; returns the last error.
    pub(super) async fn deliver_missing(
        &self,
        in_use: &HashSet<TopicName>,
        heads: &StoredHeads,
        last: PollState,
    ) -> Result<(), ReadError> {
        let mut result = Ok(());
        for topic in in_use {
            let head = heads.head(topic);
            let decision = self.remote.delivered.lock().decide(topic, head);
            if decision == Decision::Unknown {
                self.remote.delivered.lock().assume(topic, head);
            } else if let Err(error) = self.carry_out(decision, topic).await {
                match last {
                    PollState::Ok => warn!(%topic, %error, "nodes.topic_unreadable"),
                    PollState::Failed => debug!(%topic, %error, "nodes.topic_unreadable"),
                }
                result = Err(error);
            }
        }
        result
    }
}
