//! Heartbeats: pings keep a connection alive, and silence closes it.

use std::time::Duration;

use tokio::time::Instant;

/// The timing of pings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepAlive {
    /// The time between pings. Zero turns keep-alive off: no pings, and no timeout.
    pub interval: Duration,
    /// A peer is timed out when nothing arrives from it for the interval and this time.
    pub pong_timeout: Duration,
}

/// The action that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeartbeatAction {
    /// Send the `n`th ping.
    Ping(u64),
    /// Close the connection: the peer was silent for too long.
    TimeOut,
    None,
}

/// The heartbeat of one connection. It has no timer: the caller asks for the next deadline.
#[derive(Debug)]
pub(super) struct Heartbeat {
    last_read: Instant,
    next_ping: Instant,
    pings: u32,
}

impl Heartbeat {
    pub(super) fn new(keep_alive: KeepAlive, now: Instant) -> Self {
        Self { last_read: now, next_ping: now + keep_alive.interval, pings: 0 }
    }

    /// Data arrived from the peer. Any data counts, not only pongs.
    pub(super) fn record_read(&mut self, now: Instant) {
        self.last_read = now;
    }

    /// Returns when to call [`Self::poll`] again; `None` when keep-alive is off.
    pub(super) fn next_deadline(&self, keep_alive: KeepAlive) -> Option<Instant> {
        let is_on = !keep_alive.interval.is_zero();
        is_on.then(|| self.next_ping.min(self.read_deadline(keep_alive)))
    }

    pub(super) fn poll(&mut self, keep_alive: KeepAlive, now: Instant) -> HeartbeatAction {
        if keep_alive.interval.is_zero() {
            return HeartbeatAction::None;
        }
        if now >= self.read_deadline(keep_alive) {
            return HeartbeatAction::TimeOut;
        }
        if now < self.next_ping {
            return HeartbeatAction::None;
        }
        self.next_ping = now + keep_alive.interval;
        self.pings = self.pings.wrapping_add(1);
        HeartbeatAction::Ping(self.pings.into())
    }

    fn read_deadline(&self, keep_alive: KeepAlive) -> Instant {
        self.last_read + keep_alive.interval + keep_alive.pong_timeout
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heartbeat(interval: u64) -> (Heartbeat, KeepAlive, Instant) {
        let now = Instant::now();
        let keep_alive =
            KeepAlive { interval: Duration::from_secs(interval), pong_timeout: Duration::from_secs(10) };
        (Heartbeat::new(keep_alive, now), keep_alive, now)
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn it_pings_each_interval_while_the_peer_answers() {
        let (mut heartbeat, keep_alive, start) = heartbeat(25);
        assert_eq!(heartbeat.next_deadline(keep_alive), Some(after(start, 25)));
        assert_eq!(heartbeat.poll(keep_alive, after(start, 24)), HeartbeatAction::None);
        assert_eq!(heartbeat.poll(keep_alive, after(start, 25)), HeartbeatAction::Ping(1));
        heartbeat.record_read(after(start, 26));
        assert_eq!(heartbeat.poll(keep_alive, after(start, 50)), HeartbeatAction::Ping(2));
    }

    #[test]
    fn a_silent_peer_times_out_after_interval_and_pong_timeout() {
        let (mut heartbeat, keep_alive, start) = heartbeat(25);
        assert_eq!(heartbeat.poll(keep_alive, after(start, 25)), HeartbeatAction::Ping(1));
        assert_eq!(heartbeat.next_deadline(keep_alive), Some(after(start, 35)));
        assert_eq!(heartbeat.poll(keep_alive, after(start, 35)), HeartbeatAction::TimeOut);
    }

    #[test]
    fn an_interval_of_zero_turns_keep_alive_off() {
        let (mut heartbeat, keep_alive, start) = heartbeat(0);
        assert_eq!(heartbeat.next_deadline(keep_alive), None);
        assert_eq!(heartbeat.poll(keep_alive, after(start, 1_000)), HeartbeatAction::None);
    }
}
