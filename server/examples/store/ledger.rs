//! What this process used so far, as Linux knows it (proc(5)).

use std::{fs, time::Duration};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Ledger {
    /// On any core.
    pub(crate) cpu: Duration,
    /// Handed to files.
    pub(crate) written: u64,
}

impl Ledger {
    pub(crate) fn now() -> Self {
        Self { cpu: cpu(), written: written() }
    }

    /// What was used since.
    pub(crate) fn spent(self) -> Self {
        let now = Self::now();
        Self { cpu: now.cpu.saturating_sub(self.cpu), written: now.written - self.written }
    }
}

/// The scheduler counts in nanoseconds, a thread at a time. Threads that have ended are not in it.
fn cpu() -> Duration {
    let threads = fs::read_dir("/proc/self/task").expect("Linux").filter_map(Result::ok);
    let nanoseconds = threads.filter_map(|thread| {
        let line = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

fn written() -> u64 {
    let io = fs::read_to_string("/proc/self/io").expect("Linux");
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: ")).expect("its counter");
    line.parse().expect("a number")
}
