//! What a run found: a line for people, and one of JSON.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Generator, Options, talk::Window};
use crate::{process::Usage, stats::percentile};

/// The share of a core from which on the generator may have been the limit.
const BUSY: f64 = 0.9;
/// The share of a core from which on something else disturbs.
const DISTURBED: f64 = 0.2;

/// All figures of a run. What a mode does not measure is 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Connections that were open.
    pub connections: usize,
    /// Seconds that were measured.
    pub seconds: f64,
    /// Messages that were published in them.
    pub messages: u64,
    /// Messages that arrived in them, counted at each receiver.
    pub deliveries: u64,
    /// The same a second.
    pub deliveries_per_second: f64,
    /// From when a message was due until all had it, in milliseconds: the median,
    pub p50_ms: f64,
    /// 99 of 100,
    pub p99_ms: f64,
    /// and the longest.
    pub max_ms: f64,
    /// Deliveries that never came, in the whole run.
    pub lost: u64,
    /// Deliveries that came again.
    pub duplicates: u64,
    /// Deliveries that came after a later one.
    pub out_of_order: u64,
    /// Deliveries of what nobody said.
    pub strange: u64,
    /// Events that did not follow the one before.
    pub seq_breaks: u64,
    /// Whether all receivers heard all in one order.
    pub one_order: bool,
    /// Connections that ended before their time.
    pub closed: usize,
    /// Requests that were refused.
    pub refused: u64,
    /// What went wrong first.
    pub trouble: Option<String>,
    /// Messages that a read of the generator's brought.
    pub messages_per_read: f64,
    /// The generator's own share of a core.
    pub generator_share: f64,
    /// The share of a core that neither of the two used, but something else on the machine.
    pub others_share: f64,
    /// CPU seconds of the server.
    pub server_cpu_s: f64,
    /// The same for a million deliveries: as many microseconds for one.
    pub server_cpu_s_per_million: f64,
    /// Memory of the server at the end, in KiB,
    pub rss_kib: u64,
    /// of it what it shares with nobody,
    pub private_kib: u64,
    /// and the most it had.
    pub peak_kib: u64,
    /// What a connection weighs.
    pub bytes_per_connection: f64,
}

impl Report {
    pub(super) fn of_talk(generator: &mut Generator<'_>, window: &Window, usage: &Usage) -> Self {
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
            strange: faults.strange,
            seq_breaks: faults.seq_breaks,
            one_order: generator.check.one_order(),
            messages_per_read: deliveries / window.reads.max(1) as f64,
            generator_share: window.own / window.seconds,
            others_share: window.others / window.seconds,
            server_cpu_s: window.server,
            server_cpu_s_per_million: window.server * 1e6 / deliveries.max(1.0),
            ..Self::common(generator, usage, window.seconds)
        }
    }

    pub(super) fn of_idle(generator: &Generator<'_>, before: &Usage, after: &Usage, cpu: Duration) -> Self {
        let grown = after.rss.saturating_sub(before.rss) as f64 * 1024.0;
        Self {
            bytes_per_connection: grown / generator.options.connections as f64,
            server_cpu_s: cpu.as_secs_f64(),
            ..Self::common(generator, after, 0.0)
        }
    }

    pub(super) fn of_storm(generator: &Generator<'_>, took: Duration, cpu: Duration, usage: &Usage) -> Self {
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
            trouble: generator.trouble.clone(),
            rss_kib: usage.rss,
            private_kib: usage.private,
            peak_kib: usage.peak,
            ..Self::default()
        }
    }

    /// Whether the generator was busy nearly all the time, so that the server may be faster than it looks.
    pub fn generator_is_the_limit(&self) -> bool {
        self.generator_share > BUSY
    }

    /// Whether something else on the machine was busy, so that the figures are worse than they need be.
    pub fn is_disturbed(&self) -> bool {
        self.others_share > DISTURBED
    }

    /// Whether everything came once and in order, and nothing was refused.
    pub fn is_sound(&self) -> bool {
        let faults = self.lost + self.duplicates + self.out_of_order + self.strange + self.seq_breaks;
        faults + self.refused + self.closed as u64 == 0 && self.one_order
    }

    /// The lines for people.
    pub fn print(&self, options: &Options) -> String {
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
            "; server: {:.2} CPU s, {:.1} MiB, peak {:.1} MiB; lost {}, doubled {}, out of order {}, seq breaks {}",
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
            write!(out, "\nWARNING: the generator itself was the limit; the server may be faster than this")?;
        }
        if self.is_disturbed() {
            let share = self.others_share * 100.0;
            write!(out, "\nWARNING: something else on this machine used {share:.0} % of a core meanwhile")?;
        }
        Ok(())
    }
}
