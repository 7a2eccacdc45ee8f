//! The receipts of the event log.

#[path = "../../server/src/event_log/pending_receipt.rs"]
mod pending_receipt;

pub(crate) use pending_receipt::PendingReceipt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    pub seq: u64,
    pub duplicate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendError {
    Unavailable,
}

/// Sends a receipt, does something while its waiter is not woken yet, and wakes the waiter, as the log does.
pub(crate) struct Committer(pending_receipt::ReceiptSender);

impl Committer {
    pub(crate) fn new() -> (Self, PendingReceipt) {
        let (sender, pending) = pending_receipt::channel();
        (Self(sender), pending)
    }

    pub(crate) fn commit(self, seq: u64, notify: impl FnOnce()) {
        let fulfilled = self.0.send(Ok(Receipt { seq, duplicate: false }));
        notify();
        drop(fulfilled);
    }
}
