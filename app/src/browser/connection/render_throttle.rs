//! When what has come is shown: at once while little comes, and for no more than half of the time while much does.
//!
//! Showing an event costs the page some work whatever it holds. Events that come faster than they can be shown one by one
//! are taken in one by one, and shown together.

/// The longest rest, in milliseconds: a page that is very slow is not made slower still.
const MAX_WAIT_MS: u64 = 500;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Show what has come, then [tell](Pace::shows), and come again when the page has done it.
    Render,
    /// Come again after so many milliseconds.
    Wait(u64),
    /// Nothing, until something comes.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    /// The page shows something since then, in milliseconds.
    Rendering(u64),
    Waiting,
}

/// The throttle of one line.
#[derive(Debug)]
pub(super) struct RenderThrottle {
    phase: Phase,
    is_dirty: bool,
}

impl RenderThrottle {
    pub(super) fn new() -> Self {
        Self { phase: Phase::Idle, is_dirty: false }
    }

    /// Something came.
    pub(super) fn event_received(&mut self) -> Action {
        self.is_dirty = true;
        if self.phase == Phase::Idle { Action::Render } else { Action::None }
    }

    /// What has come is shown from now on.
    pub(super) fn render_started(&mut self, now_ms: u64) {
        self.phase = Phase::Rendering(now_ms);
        self.is_dirty = false;
    }

    /// The page has done what it was to do, or has rested.
    pub(super) fn timer_fired(&mut self, now_ms: u64) -> Action {
        match self.phase {
            Phase::Rendering(since) => {
                self.phase = Phase::Waiting;
                Action::Wait(now_ms.saturating_sub(since).min(MAX_WAIT_MS))
            }
            Phase::Waiting | Phase::Idle => {
                self.phase = Phase::Idle;
                if self.is_dirty { Action::Render } else { Action::None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_event_is_rendered_at_once() {
        let mut throttle = RenderThrottle::new();
        for started in [0, 1_000] {
            assert_eq!(throttle.event_received(), Action::Render);
            throttle.render_started(started);
            assert_eq!(throttle.timer_fired(started + 7), Action::Wait(7));
            assert_eq!(throttle.timer_fired(started + 14), Action::None);
        }
    }

    #[test]
    fn events_that_arrive_meanwhile_are_rendered_together_after_a_wait_as_long_as_the_rendering() {
        let mut throttle = RenderThrottle::new();
        assert_eq!(throttle.event_received(), Action::Render);
        throttle.render_started(0);
        assert_eq!([throttle.event_received(), throttle.event_received()], [Action::None; 2]);
        assert_eq!(throttle.timer_fired(40), Action::Wait(40));
        assert_eq!(throttle.event_received(), Action::None);
        assert_eq!(throttle.timer_fired(80), Action::Render);
        throttle.render_started(80);
        assert_eq!(throttle.timer_fired(90), Action::Wait(10));
        assert_eq!(throttle.timer_fired(100), Action::None);
    }

    #[test]
    fn the_wait_of_a_slow_page_is_limited() {
        let mut throttle = RenderThrottle::new();
        throttle.event_received();
        throttle.render_started(0);
        assert_eq!(throttle.timer_fired(60_000), Action::Wait(MAX_WAIT_MS));
    }
}
