//! A value that follows from others, known anew when they change. What the library's memos do, with one memo for all types of values.

use std::{
    any::Any,
    marker::PhantomData,
    sync::{Arc, PoisonError, RwLock},
};

use leptos::prelude::*;

/// A value that follows from others. Whoever looks at it hears when it is another.
pub struct Derived<T> {
    /// How often it has changed.
    changes: Memo<u64>,
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
    pub(super) fn new(value: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let here = Arc::new(RwLock::new(None));
        let kept = here.clone();
        let look = move || {
            let now = Some(value());
            let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
            let is_other = *kept != now;
            if is_other {
                *kept = now;
            }
            is_other
        };
        Self { changes: changes(Box::new(look)), value: StoredValue::new(here), of: PhantomData }
    }

    /// Looks at it.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.changes.track();
        self.with_untracked(look)
    }

    /// Looks at it once.
    pub fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.changes.with_untracked(|_| ());
        let here = self.value.get_value();
        let here: Option<&RwLock<Option<T>>> = here.downcast_ref();
        let value = here.map(|here| here.read().unwrap_or_else(PoisonError::into_inner));
        match value.as_deref() {
            Some(Some(value)) => look(value),
            _ => unreachable!("a memo that was looked at has its value"),
        }
    }

    /// Hears when it is another.
    pub fn track(self) {
        self.changes.track();
    }
}

impl<T: PartialEq + Clone + Send + Sync + 'static> Derived<T> {
    /// It, as it changes.
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// It, as it is now.
    pub fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }
}

fn changes(look: Box<dyn Fn() -> bool + Send + Sync>) -> Memo<u64> {
    Memo::new(move |before: Option<&u64>| before.copied().unwrap_or(0) + u64::from(look()))
}
