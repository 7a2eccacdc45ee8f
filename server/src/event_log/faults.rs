//! Fault injection into the store, for tests.

use std::sync::Arc;

use app::protocol::Timestamp;
use parking_lot::Mutex;
use sea_orm::DbErr;
use tokio::sync::{Notify, Semaphore};

/// A fault of the next batch.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// An error; nothing was stored.
    FailBefore,
    /// An error, and everything was stored.
    FailAfter,
    /// A panic; nothing was stored.
    PanicBefore,
    /// A panic, and everything was stored.
    PanicAfter,
    /// The batch waits for a permit.
    Hold(Arc<Semaphore>),
}

/// The faults of one store; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    next: Option<Fault>,
    reads: bool,
    read_panics: bool,
    hold_read: Option<Arc<Semaphore>>,
    /// Notified when a read is held.
    held: Arc<Notify>,
    time: Option<Timestamp>,
}

impl Faults {
    /// Sets the fault of the next batch; `None` clears it.
    pub(crate) fn append(&self, fault: Option<Fault>) {
        self.0.lock().next = fault;
    }

    /// Returns whether no batch has met the fault yet.
    pub(crate) fn is_due(&self) -> bool {
        self.0.lock().next.is_some()
    }

    /// Sets whether reads fail from now on.
    pub(crate) fn reads(&self, fail: bool) {
        self.0.lock().reads = fail;
    }

    pub(super) async fn before(&self) -> Result<(), DbErr> {
        let next = self.0.lock().next.clone();
        match next {
            Some(Fault::Hold(until)) => {
                self.append(None);
                let _ = until.acquire().await;
                Ok(())
            }
            Some(Fault::FailBefore) => self.fail(),
            Some(Fault::PanicBefore) => self.panic(),
            _ => Ok(()),
        }
    }

    pub(super) fn after(&self) -> Result<(), DbErr> {
        let next = self.0.lock().next.clone();
        match next {
            Some(Fault::FailAfter) => self.fail(),
            Some(Fault::PanicAfter) => self.panic(),
            _ => Ok(()),
        }
    }

    /// Sets the time of all batches from now on.
    pub(super) fn set_time(&self, time: Timestamp) {
        self.0.lock().time = Some(time);
    }

    pub(super) fn time(&self) -> Option<Timestamp> {
        self.0.lock().time
    }

    /// Makes the next read panic.
    pub(crate) fn next_read_panics(&self) {
        self.0.lock().read_panics = true;
    }

    /// Makes the next read wait for a permit after it has read its rows.
    pub(super) fn hold_next_read(&self, until: &Arc<Semaphore>) {
        self.0.lock().hold_read = Some(Arc::clone(until));
    }

    /// Waits until a read is held.
    pub(super) async fn read_is_held(&self) {
        let held = Arc::clone(&self.0.lock().held);
        held.notified().await;
    }

    pub(super) async fn after_read(&self) {
        let hold = self.0.lock().hold_read.take();
        if let Some(hold) = hold {
            self.0.lock().held.notify_one();
            let _ = hold.acquire().await;
        }
    }

    pub(super) fn read(&self) -> Result<(), DbErr> {
        if std::mem::take(&mut self.0.lock().read_panics) {
            std::panic::resume_unwind(Box::new("a fault on purpose"))
        }
        if self.0.lock().reads { Err(DbErr::Custom("a fault on purpose".to_owned())) } else { Ok(()) }
    }

    fn fail(&self) -> Result<(), DbErr> {
        self.append(None);
        Err(DbErr::Custom("a fault on purpose".to_owned()))
    }

    /// Unwinds as a panic does, but prints no message.
    fn panic(&self) -> ! {
        self.append(None);
        std::panic::resume_unwind(Box::new("a fault on purpose"))
    }
}
