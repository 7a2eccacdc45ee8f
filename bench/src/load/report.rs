//! The report of a run: a line for people, and one of JSON.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Generator, LoadOptions, measure::Window};
use crate::{process::Usage, stats::percentile};

/// Above this share of a core the generator may have been the bottleneck.
const GENERATOR_BUSY_SHARE: f64 = 0.9;
/// Above this share of a core other processes distort the result.
const DISTURBED_SHARE: f64 = 0.2;

/// All figures of a run. Figures that a mode does not measure are 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Connections that were open.
    pub connections: usize,
    /// The length of the measuring window in seconds.
    pub seconds: f64,
    /// Messages that were published in the window.
    pub messages: u64,
    /// Messages that arrived in the window, counted at each receiver.
    pub deliveries: u64,
    pub deliveries_per_second: f64,
    /// Median latency in milliseconds, from a message's due time until all receivers have it.
    pub p50_ms: f64,
    /// 99th percentile of the latency.
    pub p99_ms: f64,
    /// Longest latency.
    pub max_ms: f64,
    /// Missing deliveries in the whole run.
    pub lost: u64,
    /// Duplicate deliveries.
    pub duplicates: u64,
    /// Deliveries that came after a later message of the same publisher.
    pub out_of_order: u64,
    /// Deliveries of messages that were never published.
    pub strange: u64,
    /// Events whose `seq` was not the next.
    pub seq_breaks: u64,
    /// Whether all receivers got all messages in the same order. Messages of several topics have none.
    pub one_order: bool,
    /// Connections that ended before the run did.
    pub closed: usize,
    /// Requests that were refused.
    pub refused: u64,
    /// The first error.
    pub trouble: Option<String>,
    /// Messages per `read` call of the generator.
    pub messages_per_read: f64,
    /// The generator's CPU time as a share of one core.
    pub generator_share: f64,
    /// The CPU time of other processes as a share of one core.
    pub others_share: f64,
    /// CPU seconds of the server.
    pub server_cpu_s: f64,
    /// CPU seconds of the processes of `--parts`.
    pub parts_cpu_s: Vec<f64>,
    /// CPU seconds of the server per million deliveries, which equals microseconds per delivery.
    pub server_cpu_s_per_million: f64,
    /// Resident memory of the server at the end, in KiB.
    pub rss_kib: u64,
    /// The part of it that no other process shares, in KiB.
    pub private_kib: u64,
    /// The peak of the server's resident memory, in KiB.
    pub peak_kib: u64,
    /// Growth of the server's resident memory per idle connection.
    pub bytes_per_connection: f64,
}

impl Report {
    pub(super) fn from_talk(generator: &mut Generator<'_>, window: &Window, usage: &Usage) -> Self {
        let faults = generator.check.faults();
        let mut latencies = std::mem::take(&mut generator.latencies);
        latencies.sort_unstable();
        let at = |share: f64| f64::from(percentile(&latencies, share)) / 1e3;
        let deliveries = window.deliveries as f64;
        Self {
            messages: window.messages,
            deliveries: window.deliveries,
            deliveries_per_second: deliveries / window.seconds,
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            max_ms: at(1.0),
            lost: generator.check.lost(),
            duplicates: faults.duplicates,
            out_of_order: faults.out_of_order,
            strange: faults.unknown,
            seq_breaks: faults.seq_breaks,
            one_order: generator.topics.len() > 1 || generator.check.is_one_order(),
            messages_per_read: deliveries / window.reads.max(1) as f64,
            generator_share: window.own / window.seconds,
            others_share: window.others / window.seconds,
            server_cpu_s: window.server,
            parts_cpu_s: window.parts.clone(),
            server_cpu_s_per_million: window.server * 1e6 / deliveries.max(1.0),
            ..Self::common(generator, usage, window.seconds)
        }
    }

    pub(super) fn from_idle(generator: &Generator<'_>, before: &Usage, after: &Usage, cpu: Duration) -> Self {
        let grown = after.rss.saturating_sub(before.rss) as f64 * 1024.0;
        Self {
            bytes_per_connection: grown / generator.options.connections as f64,
            server_cpu_s: cpu.as_secs_f64(),
            ..Self::common(generator, after, 0.0)
        }
    }

    pub(super) fn from_storm(
        generator: &Generator<'_>,
        took: Duration,
        cpu: Duration,
        usage: &Usage,
    ) -> Self {
        Self {
            seq_breaks: generator.check.faults().seq_breaks,
            server_cpu_s: cpu.as_secs_f64(),
            ..Self::common(generator, usage, took.as_secs_f64())
        }
    }

    fn common(generator: &Generator<'_>, usage: &Usage, seconds: f64) -> Self {
        Self {
            connections: generator.connections.len(),
            seconds,
            one_order: true,
            closed: generator.closed,
            refused: generator.refused,
            trouble: generator.first_error.clone(),
            rss_kib: usage.rss,
            private_kib: usage.private,
            peak_kib: usage.peak,
            ..Self::default()
        }
    }

    /// Whether the generator was busy nearly all the time, so that the server may be faster than the figures show.
    pub fn generator_is_the_limit(&self) -> bool {
        self.generator_share > GENERATOR_BUSY_SHARE
    }

    /// Whether other processes were busy, so that the figures may be too bad.
    pub fn is_disturbed(&self) -> bool {
        self.others_share > DISTURBED_SHARE
    }

    /// Whether everything arrived once and in order, and nothing was refused.
    pub fn is_sound(&self) -> bool {
        let faults = self.lost + self.duplicates + self.out_of_order + self.strange + self.seq_breaks;
        faults + self.refused + self.closed as u64 == 0 && self.one_order
    }

    /// Formats the report for people.
    pub fn print(&self, options: &LoadOptions) -> String {
        format!("{:?} {:?}: {self}", options.mode, options.dialect)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} connections, {:.2} s", self.connections, self.seconds)?;
        if self.deliveries > 0 {
            write!(
                out,
                ", {:.0} deliveries/s of {} messages, p50 {:.1} p99 {:.1} max {:.1} ms, {:.1} messages a read, \
                 generator {:.0} % of a core, {:.2} CPU s per million",
                self.deliveries_per_second,
                self.messages,
                self.p50_ms,
                self.p99_ms,
                self.max_ms,
                self.messages_per_read,
                self.generator_share * 100.0,
                self.server_cpu_s_per_million,
            )?;
        }
        if self.bytes_per_connection > 0.0 {
            write!(out, ", {:.0} bytes a connection", self.bytes_per_connection)?;
        }
        let mib = |kib: u64| kib as f64 / 1024.0;
        write!(
            out,
            "; server: {:.2} CPU s, {:.1} MiB, peak {:.1} MiB; lost {}, duplicates {}, out of order {}, seq breaks {}",
            self.server_cpu_s,
            mib(self.rss_kib),
            mib(self.peak_kib),
            self.lost,
            self.duplicates,
            self.out_of_order,
            self.seq_breaks,
        )?;
        if !self.is_sound() {
            let trouble = self.trouble.as_deref().unwrap_or("see the counts");
            write!(
                out,
                "\nNOT SOUND: {} strange, {} closed, {} refused, one order: {}; first: {trouble}",
                self.strange, self.closed, self.refused, self.one_order
            )?;
        }
        if self.generator_is_the_limit() {
            write!(
                out,
                "\nWARNING: the generator itself was the bottleneck; the server may be faster than this"
            )?;
        }
        if self.is_disturbed() {
            let share = self.others_share * 100.0;
            write!(out, "\nWARNING: other processes on this machine used {share:.0} % of a core meanwhile")?;
        }
        Ok(())
    }
}
