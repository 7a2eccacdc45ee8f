//! One connection's queue of updates about followed topics. It holds the latest state of a topic, not each change.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use app::protocol::{Head, TopicName, UserId};
use futures::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::Followers;

/// The shortest time between two deliveries to one connection; updates in between are coalesced.
pub(super) const COALESCE_INTERVAL: Duration = Duration::from_millis(300);

/// The sending side. Its size is bounded: a topic is in it once, and only if its person follows the topic or has just
/// stopped.
#[derive(Default)]
pub(super) struct Inbox {
    updates: Mutex<InboxUpdates>,
    waker: AtomicWaker,
}

/// The updates of one delivery.
#[derive(Debug, Default)]
pub(in crate::chat) struct InboxUpdates {
    /// Topics in which the person's membership changed. It is read from the store when it is sent.
    pub(in crate::chat) memberships: BTreeSet<TopicName>,
    /// New heads of followed topics.
    pub(in crate::chat) heads: BTreeMap<TopicName, Head>,
}

impl Inbox {
    pub(super) fn push_membership(&self, topic: &TopicName) {
        self.updates.lock().memberships.insert(topic.clone());
        self.waker.wake();
    }

    pub(super) fn push_head(&self, head: &Head) {
        let mut updates = self.updates.lock();
        // A head without a title says nothing of the title, so an unsent one is carried over.
        let unsent = updates.heads.remove(&head.topic).and_then(|older| older.title);
        let title = head.title.clone().or(unsent);
        updates.heads.insert(head.topic.clone(), Head { title, ..head.clone() });
        drop(updates);
        self.waker.wake();
    }
}

/// The receiving side, held by the connection. Dropping it unregisters the connection.
pub(in crate::chat) struct InboxReceiver {
    followers: Followers,
    pub(super) user: UserId,
    inbox: Arc<Inbox>,
    next_delivery: Instant,
}

impl InboxReceiver {
    pub(super) fn new(followers: Followers, user: UserId, inbox: Arc<Inbox>) -> Self {
        Self { followers, user, inbox, next_delivery: Instant::now() }
    }

    /// Whether this is the receiving side of `inbox`.
    pub(super) fn receives(&self, inbox: &Arc<Inbox>) -> bool {
        Arc::ptr_eq(&self.inbox, inbox)
    }

    /// Ready when there are updates and the coalescing interval is over. `cx` is woken by a new update, but not by the end
    /// of the interval: poll again at [`Self::ready_at`].
    pub(in crate::chat) fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.inbox.waker.register(cx.waker());
        match self.ready_at() {
            Some(at) if at <= Instant::now() => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    /// Returns when the waiting updates may be delivered, or `None` if there are none.
    pub(in crate::chat) fn ready_at(&self) -> Option<Instant> {
        (!self.inbox.updates.lock().is_empty()).then_some(self.next_delivery)
    }

    /// Waits for updates, and for the end of the coalescing interval.
    #[cfg(test)]
    pub(super) async fn ready(&self) {
        while self.ready_at().is_none() {
            std::future::poll_fn(|cx| {
                self.inbox.waker.register(cx.waker());
                if self.ready_at().is_some() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        tokio::time::sleep_until(self.next_delivery).await;
    }

    /// Takes all waiting updates, and starts the next coalescing interval.
    pub(in crate::chat) fn take(&mut self) -> InboxUpdates {
        self.next_delivery = Instant::now() + COALESCE_INTERVAL;
        std::mem::take(&mut *self.inbox.updates.lock())
    }

    /// Puts memberships back that could not be read, for the next delivery.
    pub(in crate::chat) fn requeue(&self, memberships: &[TopicName]) {
        memberships.iter().for_each(|topic| self.inbox.push_membership(topic));
    }
}

impl InboxUpdates {
    fn is_empty(&self) -> bool {
        self.memberships.is_empty() && self.heads.is_empty()
    }
}

impl Drop for InboxReceiver {
    fn drop(&mut self) {
        self.followers.disconnect(self);
    }
}
