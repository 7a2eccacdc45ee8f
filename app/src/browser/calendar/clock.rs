//! One clock for all of a page.

use std::time::Duration;

use leptos::{ev, leptos_dom::helpers::window_event_listener_untyped, prelude::*};

use super::browser::{forget_days, present};
use crate::erased::effect;

/// The clock is read this often. A timer for midnight would be late after a sleep, because timers stop during it.
const LOOK_EACH: Duration = Duration::from_secs(30);

/// The current day and the offset of the reader's time zone. Names of days ("Today") and short times depend on both.
#[derive(Clone, Copy)]
pub(crate) struct Clock(RwSignal<(i64, i32)>);

impl Clock {
    /// Provides a clock to all components below.
    pub(crate) fn provide() {
        let clock = Self(RwSignal::new(present()));
        provide_context(clock);
        effect(move || clock.begin());
    }

    /// The page's clock.
    pub(crate) fn here() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(present())))
    }

    /// Runs the calling effect or memo again when the day or the time zone changes.
    pub(crate) fn track(self) {
        self.0.track();
    }

    fn begin(self) {
        let look = move || self.look();
        let timer = set_interval_with_handle(look, LOOK_EACH);
        // After a sleep the day may be another: returning to the page reads the clock at once.
        let returns = ["focus", "pageshow"].map(|name| window_event_listener_untyped(name, move |_| look()));
        let seen = window_event_listener(ev::visibilitychange, move |_| look());
        on_cleanup(move || {
            timer.into_iter().for_each(|timer| timer.clear());
            returns.into_iter().for_each(|listening| listening.remove());
            seen.remove();
        });
    }

    fn look(self) {
        let now = present();
        if self.0.try_get_untracked().is_some_and(|before| before != now) {
            forget_days();
            self.0.set(now);
        }
    }
}
