//! A timer that epoll waits for. Its own timeout counts whole milliseconds, which a latency of some would show.

use std::{io, os::fd::AsRawFd, os::fd::OwnedFd, time::Duration};

use mio::{Interest, Registry, Token, unix::SourceFd};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

/// Ticks until it is dropped.
pub(super) struct Timer {
    fd: OwnedFd,
}

impl Timer {
    /// Wakes whoever polls once in `every`.
    pub(super) fn start(registry: &Registry, token: Token, every: Duration) -> io::Result<Self> {
        let fd = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let every = Timespec { tv_sec: every.as_secs() as i64, tv_nsec: every.subsec_nanos().into() };
        let spec = Itimerspec { it_interval: every, it_value: every };
        timerfd_settime(&fd, TimerfdTimerFlags::empty(), &spec)?;
        registry.register(&mut SourceFd(&fd.as_raw_fd()), token, Interest::READABLE)?;
        Ok(Self { fd })
    }

    /// It ticked. Linux starts the next tick only once somebody has read of the last.
    pub(super) fn tick(&self) {
        // Nothing to read means that it has not ticked.
        let _ = rustix::io::read(&self.fd, &mut [0; 8]);
    }
}
