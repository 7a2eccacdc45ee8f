//! Figures of the process, under the names that all Prometheus clients give them. The kernel's are those of Linux; elsewhere they are
//! missing.

use std::{
    fmt::Error,
    sync::LazyLock,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::encoding::NoLabelSet;
use prometheus_client::metrics::MetricType;
use rustix::{
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};

use super::encoder::Encoder;

/// The time of the first use, in seconds since 1970: [`start_clock`] is called when the server starts.
static STARTED_AT: LazyLock<f64> =
    LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());

pub(super) fn start_clock() {
    LazyLock::force(&STARTED_AT);
}

pub(super) fn encode(encoder: &mut Encoder) -> Result<(), Error> {
    let name = "process_cpu_seconds";
    let mut cpu = encoder.0.encode_descriptor(name, "Processor time", None, MetricType::Counter)?;
    cpu.encode_counter::<NoLabelSet, _, f64>(&cpu_seconds(), None)?;
    encoder.gauge("process_start_time_seconds", "Start in seconds since 1970", *STARTED_AT)?;
    if let Some(bytes) = resident_bytes() {
        encoder.gauge("process_resident_memory_bytes", "Memory in use", bytes)?;
    }
    if let Some(open) = open_descriptors() {
        encoder.gauge("process_open_fds", "Open file descriptors", open)?;
    }
    match getrlimit(Resource::Nofile).current {
        Some(limit) => encoder.gauge("process_max_fds", "Limit of open file descriptors", limit),
        None => Ok(()),
    }
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Reads the resident set from proc(5), which has it in kB.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
}

fn open_descriptors() -> Option<usize> {
    // The listing has a descriptor of its own.
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_tells_memory_and_descriptors() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1 << 20));
        let before = open_descriptors().unwrap();
        assert!(before >= 3, "{before}");
        assert!(cpu_seconds() > 0.0);
    }
}
