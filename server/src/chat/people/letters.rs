//! What one connection is still to be told: not how often something changed, but what.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use app::protocol::{Head, TopicName, UserId};
use futures::task::AtomicWaker;
use tokio::time::Instant;

use super::People;

/// Between two looks into one mailbox: what comes meanwhile is told at once.
pub(super) const FOLD: Duration = Duration::from_millis(300);

/// What waits for one connection. It holds a topic once, and only what its person follows or has just left.
#[derive(Default)]
pub(super) struct Mailbox {
    mail: Mutex<Mail>,
    waker: AtomicWaker,
}

/// What is to be told.
#[derive(Debug, Default)]
pub(in crate::chat) struct Mail {
    /// Topics in which the person's place is another.
    pub(in crate::chat) places: BTreeSet<TopicName>,
    /// How far topics have come.
    pub(in crate::chat) heads: BTreeMap<TopicName, Head>,
}

impl Mailbox {
    pub(super) fn put_place(&self, topic: &TopicName) {
        self.lock().places.insert(topic.clone());
        self.waker.wake();
    }

    pub(super) fn put_head(&self, head: &Head) {
        let mut mail = self.lock();
        let older = mail.heads.remove(&head.topic).and_then(|older| older.title);
        let title = head.title.clone().or(older);
        mail.heads.insert(head.topic.clone(), Head { title, ..head.clone() });
        drop(mail);
        self.waker.wake();
    }

    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection's mailbox; dropping it is leaving.
pub(in crate::chat) struct Letters {
    people: People,
    pub(super) user: UserId,
    mailbox: Arc<Mailbox>,
    /// Nothing is taken out before.
    next: Instant,
}

impl Letters {
    pub(super) fn new(people: People, user: UserId, mailbox: Arc<Mailbox>) -> Self {
        Self { people, user, mailbox, next: Instant::now() }
    }

    pub(super) fn is(&self, mailbox: &Arc<Mailbox>) -> bool {
        Arc::ptr_eq(&self.mailbox, mailbox)
    }

    /// Whether there is something to tell and it is time. `cx` is woken when something comes, but not when it is time:
    /// see [`Self::ready_at`].
    pub(in crate::chat) fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.mailbox.waker.register(cx.waker());
        match self.ready_at() {
            Some(at) if at <= Instant::now() => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    /// When what waits may be told; none: nothing does.
    pub(in crate::chat) fn ready_at(&self) -> Option<Instant> {
        (!self.mailbox.lock().is_empty()).then_some(self.next)
    }

    /// Waits until there is something to tell and it is time.
    #[cfg(test)]
    pub(super) async fn ready(&self) {
        while self.ready_at().is_none() {
            std::future::poll_fn(|cx| {
                self.mailbox.waker.register(cx.waker());
                if self.ready_at().is_some() { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        tokio::time::sleep_until(self.next).await;
    }

    /// Takes out what waits.
    pub(in crate::chat) fn take(&mut self) -> Mail {
        self.next = Instant::now() + FOLD;
        std::mem::take(&mut *self.mailbox.lock())
    }

    /// It could not be told: later.
    pub(in crate::chat) fn put_back(&self, places: &[TopicName]) {
        places.iter().for_each(|topic| self.mailbox.put_place(topic));
    }
}

impl Mail {
    fn is_empty(&self) -> bool {
        self.places.is_empty() && self.heads.is_empty()
    }
}

impl Drop for Letters {
    fn drop(&mut self) {
        self.people.leave(self);
    }
}
