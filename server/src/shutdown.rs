//! Shutdown on signals, and the signal that reads the settings again.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::Notify,
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// A second signal within this time is taken for the first: a terminal and a wrapper process may both forward one.
const REPEAT_WINDOW: Duration = Duration::from_secs(1);

/// The effect of SIGHUP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangup {
    /// As SIGTERM: the terminal of the program has gone.
    Drains,
    /// The settings are read again.
    Reloads,
}

/// The shutdown that signals request.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    /// Cancelled by SIGTERM, SIGINT (Ctrl-C) or SIGHUP, if it drains: shut down gracefully.
    pub drain: CancellationToken,
    /// Notified by SIGHUP, if it reloads. Signals that come before the last one was handled count as one.
    pub reload: Arc<Notify>,
    /// Cancelled by another SIGTERM or SIGINT, a second later or more: exit at once.
    pub force: CancellationToken,
}

/// The signals that end the process.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// `None` if SIGHUP would drain and was ignored at the start: under `nohup` the process outlives its terminal.
    hangup: Option<Signal>,
}

impl Shutdown {
    /// Installs the signal handlers. Must be called within a tokio runtime.
    pub fn on_signals(hangup: Hangup) -> io::Result<Self> {
        let shutdown = Self::default();
        let signals = Signals::listen(hangup)?;
        tokio::spawn(shutdown.clone().run(signals, hangup));
        Ok(shutdown)
    }

    async fn run(self, mut signals: Signals, hangup: Hangup) {
        while signals.next().await == Requested::Hangup && hangup == Hangup::Reloads {
            self.reload.notify_one();
        }
        self.drain.cancel();
        let first_signal = Instant::now();
        while {
            signals.wait_again().await;
            first_signal.elapsed() < REPEAT_WINDOW
        } {}
        warn!("server.ends_at_once");
        self.force.cancel();
    }
}

/// A signal that came.
#[derive(Debug, PartialEq, Eq)]
enum Requested {
    End,
    Hangup,
}

impl Signals {
    fn listen(hangup: Hangup) -> io::Result<Self> {
        let is_ignored = hangup == Hangup::Drains && is_hangup_ignored();
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: if is_ignored { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    async fn next(&mut self) -> Requested {
        tokio::select! {
            // An end that was requested is not put off by a reload.
            biased;
            _ = self.terminate.recv() => Requested::End,
            _ = self.interrupt.recv() => Requested::End,
            Some(_) = wait_for(&mut self.hangup) => Requested::Hangup,
        }
    }

    /// Waits for SIGTERM or SIGINT. Service managers send SIGHUP after SIGTERM, so that does not force an exit.
    async fn wait_again(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn wait_for(signal: &mut Option<Signal>) -> Option<()> {
    signal.as_mut()?.recv().await
}

/// Returns whether the process was started with SIGHUP ignored, where `/proc` tells (proc(5): `SigIgn` is a hexadecimal mask).
pub fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (SignalKind::hangup().as_raw_value() - 1)) != 0)
}
