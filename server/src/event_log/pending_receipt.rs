//! A oneshot channel for the receipt of a submitted event, which separates storing the result from waking the waiter.
//!
//! The result is stored before subscribers are notified of the event, and the waiter is woken afterwards: an author who is
//! also a subscriber finds both in one wake-up, and sends both in one write.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::{AppendError, Receipt};
use crate::sync::{AtomicWaker, Mutex};

/// The result of appending one event.
pub type AppendResult = Result<Receipt, AppendError>;

#[derive(Default)]
struct Slot {
    result: Mutex<Option<AppendResult>>,
    waker: AtomicWaker,
}

/// A future of the receipt of a submitted event. Dropping it does not withdraw the event.
pub struct PendingReceipt(Arc<Slot>);

/// Sends one receipt. Dropping it unsent sends [`AppendError::Unavailable`].
pub(super) struct ReceiptSender(Option<Arc<Slot>>);

/// A receipt that was sent; dropping this wakes the task that waits for it.
pub(super) struct FulfilledReceipt(Option<Arc<Slot>>);

pub(super) fn channel() -> (ReceiptSender, PendingReceipt) {
    let slot = Arc::<Slot>::default();
    (ReceiptSender(Some(Arc::clone(&slot))), PendingReceipt(slot))
}

impl PendingReceipt {
    /// Takes the result if it is there already; a second call returns `None`.
    pub fn take(&mut self) -> Option<AppendResult> {
        self.0.result.lock().take()
    }
}

impl Future for PendingReceipt {
    type Output = AppendResult;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<AppendResult> {
        // The waker is registered before the check, so that a result stored in between still wakes this task.
        self.0.waker.register(cx.waker());
        self.0.result.lock().take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl ReceiptSender {
    /// Stores the result; the waiter is woken when the returned value is dropped.
    pub(super) fn send(mut self, result: AppendResult) -> FulfilledReceipt {
        let slot = self.0.take();
        if let Some(slot) = &slot {
            *slot.result.lock() = Some(result);
        }
        FulfilledReceipt(slot)
    }
}

impl Drop for ReceiptSender {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            drop(Self(Some(slot)).send(Err(AppendError::Unavailable)));
        }
    }
}

impl Drop for FulfilledReceipt {
    fn drop(&mut self) {
        self.0.iter().for_each(|slot| slot.waker.wake());
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    const STORED: AppendResult = Ok(Receipt { seq: 7, duplicate: false });

    #[tokio::test]
    async fn a_receipt_can_be_read_before_its_waiter_is_woken() {
        let (sender, mut receipt) = channel();
        assert_eq!(((&mut receipt).now_or_never(), receipt.take()), (None, None));
        let waiter = tokio::spawn(receipt);
        tokio::task::yield_now().await;
        let fulfilled = sender.send(STORED);
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished(), "nobody was woken");
        drop(fulfilled);
        assert_eq!(waiter.await.unwrap(), STORED);
    }

    #[tokio::test]
    async fn a_sent_receipt_can_be_taken_and_a_dropped_sender_ends_the_wait() {
        let (sender, mut sent) = channel();
        let _fulfilled = sender.send(STORED);
        assert_eq!(sent.take(), Some(STORED));
        let (sender, unsent) = channel();
        drop(sender);
        assert_eq!(unsent.await, Err(AppendError::Unavailable));
    }
}
