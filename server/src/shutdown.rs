//! When to go.

use std::{io, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// A repeated signal within this time is the same request: a terminal and a wrapper may both pass one on.
const SAME_REQUEST: Duration = Duration::from_secs(1);

/// What signals ask for.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    /// SIGTERM, SIGINT (Ctrl-C) or SIGHUP came: finish and end.
    pub drain: CancellationToken,
    /// SIGTERM or SIGINT came again, a second later or more: end without finishing.
    pub now: CancellationToken,
}

/// The signals that end the process.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// `None` where it was ignored at the start: under `nohup` the process outlives its terminal.
    hangup: Option<Signal>,
}

impl Shutdown {
    /// Begins to wait for signals.
    pub fn on_signals() -> io::Result<Self> {
        let (shutdown, signals) = (Self::default(), Signals::listen()?);
        tokio::spawn(shutdown.clone().follow(signals));
        Ok(shutdown)
    }

    async fn follow(self, mut signals: Signals) {
        signals.first().await;
        self.drain.cancel();
        let since = Instant::now();
        while {
            signals.again().await;
            since.elapsed() < SAME_REQUEST
        } {}
        warn!("server.ends_at_once");
        self.now.cancel();
    }
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    async fn first(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            Some(_) = wait_for(&mut self.hangup) => {}
        }
    }

    /// Service managers send SIGHUP after SIGTERM, so it is no sign of impatience.
    async fn again(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn wait_for(signal: &mut Option<Signal>) -> Option<()> {
    signal.as_mut()?.recv().await
}

/// Whether whoever started the process had it ignore SIGHUP, where the system says so (proc(5): a mask in hexadecimal).
pub fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (SignalKind::hangup().as_raw_value() - 1)) != 0)
}
