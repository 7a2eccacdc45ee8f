//! Keeping a line alive, and noticing when it is dead.

use std::time::Duration;

use tokio::time::Instant;

/// When to ping, and how long to wait for a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepAlive {
    /// Between pings; zero never pings and never closes for silence.
    pub interval: Duration,
    /// Silence allowed beyond the interval.
    pub answer_within: Duration,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Send the `n`th ping.
    Ping(u64),
    /// Nothing was heard for too long.
    NoPong,
    /// Nothing yet.
    Nothing,
}

/// One connection's pulse. Knows no timer: it says when to look again.
#[derive(Debug)]
pub(super) struct Pulse {
    heard: Instant,
    next_ping: Instant,
    pings: u32,
}

impl Pulse {
    pub(super) fn new(keep_alive: KeepAlive, now: Instant) -> Self {
        Self { heard: now, next_ping: now + keep_alive.interval, pings: 0 }
    }

    /// Something came from the peer: whatever it is, it lives.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = now;
    }

    /// When to ask [`Self::due`] again; never when keep-alive is off.
    pub(super) fn next_look(&self, keep_alive: KeepAlive) -> Option<Instant> {
        let on = !keep_alive.interval.is_zero();
        on.then(|| self.next_ping.min(self.silence_ends(keep_alive)))
    }

    pub(super) fn due(&mut self, keep_alive: KeepAlive, now: Instant) -> Due {
        if keep_alive.interval.is_zero() {
            return Due::Nothing;
        }
        if now >= self.silence_ends(keep_alive) {
            return Due::NoPong;
        }
        if now < self.next_ping {
            return Due::Nothing;
        }
        self.next_ping = now + keep_alive.interval;
        self.pings = self.pings.wrapping_add(1);
        Due::Ping(self.pings.into())
    }

    fn silence_ends(&self, keep_alive: KeepAlive) -> Instant {
        self.heard + keep_alive.interval + keep_alive.answer_within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulse(interval: u64) -> (Pulse, KeepAlive, Instant) {
        let (now, seconds) = (Instant::now(), Duration::from_secs);
        let keep_alive = KeepAlive { interval: seconds(interval), answer_within: seconds(10) };
        (Pulse::new(keep_alive, now), keep_alive, now)
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn it_pings_each_interval_while_the_peer_answers() {
        let (mut pulse, often, start) = pulse(25);
        assert_eq!(pulse.next_look(often), Some(after(start, 25)));
        assert_eq!(pulse.due(often, after(start, 24)), Due::Nothing);
        assert_eq!(pulse.due(often, after(start, 25)), Due::Ping(1));
        pulse.heard(after(start, 26));
        assert_eq!(pulse.due(often, after(start, 50)), Due::Ping(2));
    }

    #[test]
    fn a_silent_peer_is_given_up_after_interval_and_answer_time() {
        let (mut pulse, often, start) = pulse(25);
        assert_eq!(pulse.due(often, after(start, 25)), Due::Ping(1));
        assert_eq!(pulse.next_look(often), Some(after(start, 35)));
        assert_eq!(pulse.due(often, after(start, 35)), Due::NoPong);
    }

    #[test]
    fn zero_is_off() {
        let (mut pulse, often, start) = pulse(0);
        assert_eq!(pulse.next_look(often), None);
        assert_eq!(pulse.due(often, after(start, 1_000)), Due::Nothing);
    }
}
