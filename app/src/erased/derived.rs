//! Memos of any type on top of one memo of a counter, so that the browser loads the code of Leptos's memo once and not
//! once a type.

use std::{
    any::Any,
    marker::PhantomData,
    sync::{Arc, PoisonError, RwLock},
};

use leptos::prelude::*;

/// A memo: a value computed from signals, which notifies its readers when it changes.
pub struct Derived<T> {
    /// Counts the changes of the value. Readers subscribe to it.
    changes: Memo<u64>,
    /// An `RwLock<Option<T>>`, with its type erased.
    value: StoredValue<Arc<dyn Any + Send + Sync>>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Derived<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Derived<T> {}

impl<T: PartialEq + Send + Sync + 'static> Derived<T> {
    pub(super) fn new(compute: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let value = Arc::new(RwLock::new(None));
        let cached = value.clone();
        let update = move || {
            let now = Some(compute());
            let mut cached = cached.write().unwrap_or_else(PoisonError::into_inner);
            let has_changed = *cached != now;
            if has_changed {
                *cached = now;
            }
            has_changed
        };
        Self { changes: count_changes(Box::new(update)), value: StoredValue::new(value), of: PhantomData }
    }

    /// Reads the value and subscribes to it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.changes.track();
        self.with_untracked(read)
    }

    /// Reads the value without subscribing to it.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        // Recomputes the value if a signal has changed.
        self.changes.with_untracked(|_| ());
        let value = self.value.get_value();
        let value: Option<&RwLock<Option<T>>> = value.downcast_ref();
        let value = value.map(|value| value.read().unwrap_or_else(PoisonError::into_inner));
        match value.as_deref() {
            Some(Some(value)) => read(value),
            _ => unreachable!("reading the counter has computed the value"),
        }
    }

    /// Subscribes to the value.
    pub fn track(self) {
        self.changes.track();
    }
}

impl<T: PartialEq + Clone + Send + Sync + 'static> Derived<T> {
    /// Clones the value and subscribes to it.
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// Clones the value without subscribing to it.
    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

fn count_changes(update: Box<dyn Fn() -> bool + Send + Sync>) -> Memo<u64> {
    Memo::new(move |before: Option<&u64>| before.copied().unwrap_or(0) + u64::from(update()))
}
