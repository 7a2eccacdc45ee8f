//! Decides when received events are rendered: at once while few arrive, and for at most half of the time while many do.
//!
//! Rendering has a fixed cost, however many events it shows. Events that arrive faster than they can be rendered one by
//! one are applied to the model one by one and rendered together.

/// The longest wait, in milliseconds: it must not slow down a very slow page even more.
const MAX_WAIT_MS: u64 = 500;

/// The next thing for the caller to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Render, call [`render_started`](RenderThrottle::render_started), and call
    /// [`timer_fired`](RenderThrottle::timer_fired) once the page has rendered.
    Render,
    /// Call [`timer_fired`](RenderThrottle::timer_fired) again after so many milliseconds.
    Wait(u64),
    Idle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Idle,
    /// Rendering since this time, in milliseconds.
    Rendering(u64),
    Waiting,
}

/// The throttle of one connection.
#[derive(Debug)]
pub(super) struct RenderThrottle {
    phase: Phase,
    is_dirty: bool,
}

impl RenderThrottle {
    pub(super) fn new() -> Self {
        Self { phase: Phase::Idle, is_dirty: false }
    }

    /// An event was applied to the model.
    pub(super) fn event_received(&mut self) -> Next {
        self.is_dirty = true;
        if self.phase == Phase::Idle { Next::Render } else { Next::Idle }
    }

    pub(super) fn render_started(&mut self, now_ms: u64) {
        self.phase = Phase::Rendering(now_ms);
        self.is_dirty = false;
    }

    /// The page has rendered, or a wait is over.
    pub(super) fn timer_fired(&mut self, now_ms: u64) -> Next {
        match self.phase {
            Phase::Rendering(since) => {
                self.phase = Phase::Waiting;
                Next::Wait(now_ms.saturating_sub(since).min(MAX_WAIT_MS))
            }
            Phase::Waiting | Phase::Idle => {
                self.phase = Phase::Idle;
                if self.is_dirty { Next::Render } else { Next::Idle }
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
            assert_eq!(throttle.event_received(), Next::Render);
            throttle.render_started(started);
            assert_eq!(throttle.timer_fired(started + 7), Next::Wait(7));
            assert_eq!(throttle.timer_fired(started + 14), Next::Idle);
        }
    }

    #[test]
    fn events_that_arrive_meanwhile_are_rendered_together_after_a_wait_as_long_as_the_rendering() {
        let mut throttle = RenderThrottle::new();
        assert_eq!(throttle.event_received(), Next::Render);
        throttle.render_started(0);
        assert_eq!([throttle.event_received(), throttle.event_received()], [Next::Idle; 2]);
        assert_eq!(throttle.timer_fired(40), Next::Wait(40));
        assert_eq!(throttle.event_received(), Next::Idle);
        assert_eq!(throttle.timer_fired(80), Next::Render);
        throttle.render_started(80);
        assert_eq!(throttle.timer_fired(90), Next::Wait(10));
        assert_eq!(throttle.timer_fired(100), Next::Idle);
    }

    #[test]
    fn the_wait_of_a_slow_page_is_limited() {
        let mut throttle = RenderThrottle::new();
        throttle.event_received();
        throttle.render_started(0);
        assert_eq!(throttle.timer_fired(60_000), Next::Wait(MAX_WAIT_MS));
    }
}
