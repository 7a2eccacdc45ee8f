//! The rows that are printed.

use std::fmt;

use crate::probe::Probe;

/// An attack, and what the others felt.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) tried: u64,
    pub(crate) refused: u64,
    pub(crate) probe: Probe,
    /// The most memory before the attack, in MiB.
    pub(crate) idle: u64,
    /// The most memory up to its end, in MiB.
    pub(crate) most: u64,
    /// The server answers after the attack.
    pub(crate) alive: bool,
}

impl Row {
    pub(crate) const HEAD: &str = "| attack by one address | tried | refused | publish p99 | page p99 | failed | MiB before, most |\n\
                                   |---|---|---|---|---|---|---|";

    /// The reasons for which the row fails.
    pub(crate) fn faults(&self, p99_ms: u64, memory_mib: u64) -> impl Iterator<Item = String> {
        let Probe { publishes, pages } = &self.probe;
        let slowest = publishes.p99_ms().max(pages.p99_ms());
        let late = (p99_ms > 0 && slowest >= u128::from(p99_ms)).then(|| format!("a p99 of {slowest} ms"));
        let failed = publishes.failed + pages.failed;
        let failed = (failed > 0).then(|| format!("{failed} requests of others failed"));
        let heavy = (self.most > memory_mib).then(|| format!("{} MiB of memory", self.most));
        let dead = (!self.alive).then(|| "the server does not answer any more".to_owned());
        [late, failed, heavy, dead].into_iter().flatten()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, tried, refused, probe: Probe { publishes, pages }, idle, most, .. } = self;
        let failed = publishes.failed + pages.failed;
        let (publish, page) = (publishes.p99_ms(), pages.p99_ms());
        write!(f, "| {name} | {tried} | {refused} | {publish} ms | {page} ms | {failed} | {idle}, {most} |")
    }
}
