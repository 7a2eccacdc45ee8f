//! One clock for the whole page, which notifies when the local day or the time zone changes.

use std::time::Duration;

use leptos::{ev, leptos_dom::helpers::window_event_listener_untyped, prelude::*};

#[cfg(feature = "hydrate")]
use super::browser::{clear_day_cache, day_and_offset};
#[cfg(not(feature = "hydrate"))]
use super::ssr::{clear_day_cache, day_and_offset};
use crate::erased::effect;

/// The interval at which the clock is read. A single timer for midnight would be late after a sleep, because timers stop during it.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// The current day and the offset of the reader's time zone. Names of days ("Today") and short times depend on both.
#[derive(Clone, Copy)]
pub(crate) struct DayClock(RwSignal<(i64, i32)>);

impl DayClock {
    /// Provides a clock to all components below.
    pub(crate) fn provide() {
        let clock = Self(RwSignal::new(day_and_offset()));
        provide_context(clock);
        effect(move || clock.start());
    }

    /// The page's clock.
    pub(crate) fn from_context() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(day_and_offset())))
    }

    /// Runs the calling effect or memo again when the day or the time zone changes.
    pub(crate) fn track(self) {
        self.0.track();
    }

    fn start(self) {
        let refresh = move || self.refresh();
        let timer = set_interval_with_handle(refresh, POLL_INTERVAL);
        // Timers do not run during a sleep, so the clock is also read when the person returns to the page.
        let returns =
            ["focus", "pageshow"].map(|name| window_event_listener_untyped(name, move |_| refresh()));
        let seen = window_event_listener(ev::visibilitychange, move |_| refresh());
        on_cleanup(move || {
            timer.into_iter().for_each(|timer| timer.clear());
            returns.into_iter().for_each(|listening| listening.remove());
            seen.remove();
        });
    }

    fn refresh(self) {
        let now = day_and_offset();
        if self.0.try_get_untracked().is_some_and(|before| before != now) {
            clear_day_cache();
            self.0.set(now);
        }
    }
}
