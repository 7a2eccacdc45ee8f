//! The CPU time and the written bytes of this process, from `/proc` (proc(5)).

use std::{fs, time::Duration};

#[derive(Debug, Clone, Copy)]
pub(crate) struct ResourceUsage {
    /// CPU time on all cores.
    pub(crate) cpu: Duration,
    /// Bytes passed to `write` and its relatives, whether or not they reach the disk.
    pub(crate) written: u64,
}

impl ResourceUsage {
    pub(crate) fn now() -> Self {
        Self { cpu: cpu(), written: written() }
    }

    /// Returns the usage since `self` was taken.
    pub(crate) fn since(self) -> Self {
        let now = Self::now();
        Self { cpu: now.cpu.saturating_sub(self.cpu), written: now.written - self.written }
    }
}

/// Sums the scheduler's nanoseconds of all threads. Threads that have ended are not included.
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
