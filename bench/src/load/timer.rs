//! A timerfd for epoll. The timeout of `epoll_wait` counts whole milliseconds, which would distort latencies of a few.

use std::{io, os::fd::AsRawFd, os::fd::OwnedFd, time::Duration};

use mio::{Interest, Registry, Token, unix::SourceFd};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

/// A periodic timer that runs until it is dropped.
pub(super) struct Timer {
    fd: OwnedFd,
}

impl Timer {
    /// Starts a timer that makes `token` readable at this interval.
    pub(super) fn start(registry: &Registry, token: Token, every: Duration) -> io::Result<Self> {
        let fd = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let every = Timespec { tv_sec: every.as_secs() as i64, tv_nsec: every.subsec_nanos().into() };
        let spec = Itimerspec { it_interval: every, it_value: every };
        timerfd_settime(&fd, TimerfdTimerFlags::empty(), &spec)?;
        registry.register(&mut SourceFd(&fd.as_raw_fd()), token, Interest::READABLE)?;
        Ok(Self { fd })
    }

    /// Consumes a tick. Linux reports the next tick only after the last one was read.
    pub(super) fn tick(&self) {
        // `EAGAIN` means that it has not ticked since the last read.
        let _ = rustix::io::read(&self.fd, &mut [0; 8]);
    }
}
