//! The rows of the printed table.

use std::fmt;

use crate::probe::Probe;

/// The result of one attack.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) attempts: u64,
    pub(crate) refused: u64,
    pub(crate) probe: Probe,
    /// The server's peak memory before the attack, in MiB.
    pub(crate) memory_before: u64,
    /// The server's peak memory up to the attack's end, in MiB.
    pub(crate) memory_peak: u64,
    /// The server answers requests after the attack.
    pub(crate) is_alive: bool,
}

impl Row {
    pub(crate) const HEAD: &str = "| attack by one address | attempts | refused | publish p99 | page p99 | failed | MiB before, peak |\n\
                                   |---|---|---|---|---|---|---|";

    /// The limits that the result exceeds.
    pub(crate) fn faults(&self, p99_ms: u64, memory_mib: u64) -> impl Iterator<Item = String> {
        let Probe { publishes, pages } = &self.probe;
        let slowest = publishes.p99_ms().max(pages.p99_ms());
        let slow = (p99_ms > 0 && slowest >= u128::from(p99_ms)).then(|| format!("a p99 of {slowest} ms"));
        let failed = publishes.failed + pages.failed;
        let failed = (failed > 0).then(|| format!("{failed} requests of others failed"));
        let heavy = (self.memory_peak > memory_mib).then(|| format!("{} MiB of memory", self.memory_peak));
        let dead = (!self.is_alive).then(|| "the server does not answer any more".to_owned());
        [slow, failed, heavy, dead].into_iter().flatten()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            attempts,
            refused,
            probe: Probe { publishes, pages },
            memory_before,
            memory_peak,
            ..
        } = self;
        let failed = publishes.failed + pages.failed;
        let publish = publishes.p99_ms();
        let page = pages.p99_ms();
        write!(
            f,
            "| {name} | {attempts} | {refused} | {publish} ms | {page} ms | {failed} | {memory_before}, {memory_peak} |"
        )
    }
}
