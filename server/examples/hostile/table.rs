//! The rows of the printed table.

use std::fmt;

use crate::probe::Probe;

/// The highest latency in milliseconds that a control excuses: others notice a server that is slower on any machine.
const MAX_EXCUSED_MS: u128 = 1_000;
/// A control with more or fewer attempts than this factor was another attack.
const MAX_ATTEMPTS_FACTOR: u64 = 2;

/// The effect on others while the attack hits a process that does nothing.
pub(crate) struct Control {
    pub(crate) probe: Probe,
    pub(crate) attempts: u64,
}

/// The result of one attack.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) attempts: u64,
    pub(crate) refused: u64,
    pub(crate) max_admitted: u64,
    pub(crate) min_refused: u64,
    pub(crate) probe: Probe,
    /// The same, while the attack hits another process, which does nothing. Measured if `probe` is slow.
    pub(crate) control: Option<Control>,
    /// Processors that the server used.
    pub(crate) server_cpu: f64,
    /// Processors that the attacker used.
    pub(crate) attacker_cpu: f64,
    /// The server's peak memory before the attack, in MiB.
    pub(crate) memory_before: u64,
    /// The server's peak memory up to the attack's end, in MiB.
    pub(crate) memory_peak: u64,
    /// The server answers requests after the attack.
    pub(crate) is_alive: bool,
}

impl Control {
    /// The latency that is not the server's fault, if the attack had this many attempts.
    fn excused_ms(&self, attempts: u64) -> u128 {
        let is_comparable = self.attempts <= attempts.saturating_mul(MAX_ATTEMPTS_FACTOR)
            && attempts <= self.attempts.saturating_mul(MAX_ATTEMPTS_FACTOR);
        if is_comparable { self.probe.p99_ms().min(MAX_EXCUSED_MS) } else { 0 }
    }
}

impl Row {
    pub(crate) const HEAD: &str = "| attack by one address | attempts | refused | publish p99 | page p99 | control: publish, page, attempts | failed | processors: server, attacker | MiB before, peak |\n\
                                   |---|---|---|---|---|---|---|---|---|";

    /// The limits that the result exceeds.
    pub(crate) fn faults(&self, p99_ms: u64, memory_mib: u64) -> impl Iterator<Item = String> {
        let Probe { publishes, pages } = &self.probe;
        // The share of the machine, which has no processor left for the bystander, is no fault of the server.
        let control = self.control.as_ref().map_or(0, |control| control.excused_ms(self.attempts));
        let slowest = self.probe.p99_ms().saturating_sub(control);
        let slow = (p99_ms > 0 && slowest >= u128::from(p99_ms))
            .then(|| format!("a p99 of {slowest} ms, without the {control} ms of the control"));
        let failed = publishes.failed + pages.failed;
        let failed = (failed > 0).then(|| format!("{failed} requests of others failed"));
        let heavy = (self.memory_peak > memory_mib).then(|| format!("{} MiB of memory", self.memory_peak));
        let dead = (!self.is_alive).then(|| "the server does not answer any more".to_owned());
        [slow, failed, heavy, dead].into_iter().flatten().chain(self.missing_refusals())
    }
}

impl Row {
    /// The attempts that the server should have refused and did not.
    fn missing_refusals(&self) -> impl Iterator<Item = String> {
        let Self { attempts, refused, max_admitted, min_refused, .. } = *self;
        let admitted = attempts.saturating_sub(refused);
        let admitted = (admitted > max_admitted).then(|| format!("{admitted} admitted, of {max_admitted}"));
        let refused = (refused < min_refused).then(|| format!("only {refused} refused, of {min_refused}"));
        [admitted, refused].into_iter().flatten()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            attempts,
            refused,
            probe: Probe { publishes, pages },
            control,
            server_cpu,
            attacker_cpu,
            memory_before,
            memory_peak,
            ..
        } = self;
        let failed = publishes.failed + pages.failed;
        let publish = publishes.p99_ms();
        let page = pages.p99_ms();
        let control = control.as_ref().map_or_else(String::new, |control| {
            let Control { probe, attempts } = control;
            format!("{} ms, {} ms, {attempts}", probe.publishes.p99_ms(), probe.pages.p99_ms())
        });
        write!(
            f,
            "| {name} | {attempts} | {refused} | {publish} ms | {page} ms | {control} | {failed} \
             | {server_cpu:.2}, {attacker_cpu:.2} | {memory_before}, {memory_peak} |"
        )
    }
}
