//! The primitives of shuttle behind the interface of the server's `crate::sync`. Each operation on them is a point at which another
//! thread may run.

use std::{task::Waker, time::Duration};

pub(crate) use shuttle::sync::{
    MutexGuard as PoisonMutexGuard,
    atomic::{AtomicBool, AtomicU64},
};
use shuttle::{
    sync::{LockResult, PoisonError},
    thread::sleep,
};

/// A mutex like that of parking_lot.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(shuttle::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> shuttle::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A mutex like that of std.
#[derive(Debug, Default)]
pub(crate) struct PoisonMutex<T>(shuttle::sync::Mutex<T>);

impl<T> PoisonMutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(shuttle::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> LockResult<PoisonMutexGuard<'_, T>> {
        self.0.lock()
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.0.lock().is_err()
    }
}

/// Shuttle does not know this waker, so other threads get their chance between its operations and those around them.
#[derive(Debug, Default)]
pub(crate) struct AtomicWaker(futures::task::AtomicWaker);

impl AtomicWaker {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn register(&self, waker: &Waker) {
        let_others_run();
        self.0.register(waker);
    }

    pub(crate) fn wake(&self) {
        let_others_run();
        self.0.wake();
    }
}

/// Shuttle knows no time. Its `yield_now` would wake the task, too.
fn let_others_run() {
    sleep(Duration::ZERO);
}
