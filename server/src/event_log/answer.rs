//! The answer to come of an event on its way.
//!
//! It is given before anybody hears of the event and told afterwards, so that whoever waits for both finds both when woken.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use futures::task::AtomicWaker;

use super::{AppendError, Receipt};

/// What became of an event.
pub type Outcome = Result<Receipt, AppendError>;

#[derive(Default)]
struct Slot {
    outcome: Mutex<Option<Outcome>>,
    waker: AtomicWaker,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Option<Outcome>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer to come; dropping it does not take the event back. It can be taken once.
pub struct Answer(Arc<Slot>);

/// Who owes the answer. Dropped without one, it says [`AppendError::Unavailable`].
pub(super) struct Owed(Option<Arc<Slot>>);

/// An answer that was given; dropping this tells whoever waits for it.
pub(super) struct Given(Option<Arc<Slot>>);

/// An answer to come, and who owes it.
pub(super) fn answer() -> (Owed, Answer) {
    let slot = Arc::<Slot>::default();
    (Owed(Some(Arc::clone(&slot))), Answer(slot))
}

impl Answer {
    /// Takes the answer, if it was given.
    pub fn take(&mut self) -> Option<Outcome> {
        self.0.lock().take()
    }
}

impl Future for Answer {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        self.0.waker.register(cx.waker());
        self.0.lock().take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Owed {
    /// Gives the answer.
    pub(super) fn give(mut self, outcome: Outcome) -> Given {
        let slot = self.0.take();
        if let Some(slot) = &slot {
            *slot.lock() = Some(outcome);
        }
        Given(slot)
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            drop(Self(Some(slot)).give(Err(AppendError::Unavailable)));
        }
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        self.0.iter().for_each(|slot| slot.waker.wake());
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const STORED: Outcome = Ok(Receipt { seq: 7, duplicate: false });

    #[tokio::test]
    async fn an_answer_is_there_before_it_is_told() {
        let (owed, mut answer) = answer();
        assert_eq!(((&mut answer).now_or_never(), answer.take()), (None, None));
        let waits = tokio::spawn(answer);
        tokio::task::yield_now().await;
        let given = owed.give(STORED);
        tokio::task::yield_now().await;
        assert!(!waits.is_finished(), "nobody was told");
        drop(given);
        assert_eq!(waits.await.unwrap(), STORED);
    }

    #[tokio::test]
    async fn it_can_be_taken_once_given_and_nobody_waits_for_ever() {
        let (owed, mut there) = answer();
        let _given = owed.give(STORED);
        assert_eq!(there.take(), Some(STORED));
        let (owed, lost) = answer();
        drop(owed);
        assert_eq!(lost.await, Err(AppendError::Unavailable));
    }
}
