//! The faults of a run, planned from its seed.

use std::{collections::BTreeMap, fmt, time::Duration};

use testing::{Direction, Flow, Hints};

use crate::random::Random;

/// The numbers of faults by the name of their kind.
pub(crate) type Counts = BTreeMap<String, usize>;

/// A link of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Link {
    /// To the database, for all but hints.
    Queries,
    /// To the database for `LISTEN` and `NOTIFY`, or to NATS.
    Hints,
    /// From the clients.
    Clients,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// SIGKILL of a node, which is started again with another clock perhaps.
    Kill,
    /// SIGSTOP and SIGCONT.
    Pause,
    /// SIGTERM, and a start at once: a rolling restart.
    Drain,
    /// All connections are closed, and new ones are refused.
    Cut(Link),
    Stall(Link),
    Swallow(Link),
    Delay(Link),
    DropHints,
    DoubleHints,
    ReorderHints,
    StopPostgres,
    CrashPostgres,
    /// `pg_terminate_backend`.
    EndBackends,
    /// Hints that are wrong, by `NOTIFY` or by NATS.
    LieAboutHeads,
    KillBroker,
    /// The broker asks its clients to leave.
    LameDuck,
}

/// The process or link that a fault affects. Faults of one target do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Process(usize),
    Link(usize, Link),
    Postgres,
    Broker,
}

/// A fault and when it comes.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// Since the beginning of the run.
    pub(crate) at: Duration,
    pub(crate) lasts: Duration,
    pub(crate) kind: Kind,
    pub(crate) target: Target,
    pub(crate) directions: &'static [Direction],
    /// How much later bytes come.
    pub(crate) delay: Duration,
    /// By how much the clock of a restarted node is wrong, in hours.
    pub(crate) clock_hours: i64,
    /// Half of the database's connections.
    pub(crate) odd: bool,
}

const DIRECTIONS: [&[Direction]; 3] =
    [&[Direction::ToServer], &[Direction::ToClient], &[Direction::ToServer, Direction::ToClient]];

/// The kinds of faults, as often as they come in one round.
fn kinds(has_broker: bool) -> Vec<Kind> {
    use Kind::*;
    let mut kinds = vec![Kill, Kill, Pause, Drain, DropHints, DoubleHints, ReorderHints];
    for link in [Link::Queries, Link::Hints, Link::Clients] {
        kinds.extend([Cut(link), Stall(link), Swallow(link), Delay(link)]);
    }
    kinds.extend([StopPostgres, CrashPostgres, EndBackends, LieAboutHeads]);
    if has_broker {
        kinds.extend([KillBroker, LameDuck]);
    }
    kinds
}

/// The kinds of faults after which live subscribers must catch up.
pub(crate) fn outages(has_broker: bool) -> Vec<Kind> {
    use Kind::*;
    let of_links = [Link::Queries, Link::Hints].map(|link| [Cut(link), Stall(link), Swallow(link)]);
    let broker = has_broker.then_some(KillBroker);
    of_links.into_iter().flatten().chain([Pause, CrashPostgres]).chain(broker).collect()
}

/// Plans one fault of all nodes but the first, or of what they share, at once and without a wrong clock.
pub(crate) fn outage(kind: Kind, nodes: usize, has_broker: bool, lasts: Duration) -> Vec<Fault> {
    let mut targets: Vec<_> = (1..nodes).map(|node| kind.target(node, has_broker)).collect();
    targets.dedup();
    let fault = |target| Fault {
        at: Duration::ZERO,
        lasts,
        kind,
        target,
        directions: DIRECTIONS[2],
        delay: Duration::ZERO,
        clock_hours: 0,
        odd: false,
    };
    targets.into_iter().map(fault).collect()
}

/// Plans the faults of a run. Every kind comes once a round; each fault has ended by `end`.
pub(crate) fn plan(random: &mut Random, nodes: usize, has_broker: bool, end: Duration) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut at = random.millis(500..=1_500);
    let mut round = Vec::new();
    while at < end {
        if round.is_empty() {
            round = kinds(has_broker);
        }
        let kind = round.swap_remove(random.below(round.len() as u64) as usize);
        let target = kind.target(random.below(nodes as u64) as usize, has_broker);
        let mut fault = Fault::choose(random, kind, target, end);
        let is_busy = |other: &&Fault| other.target == fault.target;
        let free_at = faults.iter().filter(is_busy).map(|other| other.at + other.lasts).max();
        fault.at = at.max(free_at.unwrap_or_default());
        if fault.at + fault.lasts <= end {
            faults.push(fault);
        }
        at += random.millis(200..=1_400);
    }
    faults
}

impl Kind {
    /// The target of a fault of this kind, which concerns this node unless all share it.
    fn target(self, node: usize, has_broker: bool) -> Target {
        match self {
            Self::Kill | Self::Pause | Self::Drain => Target::Process(node),
            Self::Cut(link) | Self::Stall(link) | Self::Swallow(link) | Self::Delay(link) => {
                Target::Link(node, link)
            }
            Self::DropHints | Self::DoubleHints | Self::ReorderHints => Target::Link(node, Link::Hints),
            Self::LieAboutHeads if has_broker => Target::Broker,
            Self::StopPostgres | Self::CrashPostgres | Self::EndBackends | Self::LieAboutHeads => {
                Target::Postgres
            }
            Self::KillBroker | Self::LameDuck => Target::Broker,
        }
    }
}

impl Fault {
    fn choose(random: &mut Random, kind: Kind, target: Target, end: Duration) -> Self {
        // Longer runs have longer faults, too: some outlast every timeout.
        let is_long = end >= LONG_RUN_DURATION && random.one_in(4);
        let longest = if is_long { 15_000 } else { 3_000 };
        let lasts = match kind {
            Kind::StopPostgres | Kind::CrashPostgres => random.millis(100..=2_000),
            Kind::EndBackends | Kind::LieAboutHeads => Duration::ZERO,
            Kind::Kill | Kind::Pause => random.millis(1_000..=2 * longest),
            _ => random.millis(200..=longest),
        };
        Self {
            at: Duration::ZERO,
            lasts,
            kind,
            target,
            directions: DIRECTIONS[random.below(3) as usize],
            delay: random.millis(5..=300),
            clock_hours: [0, 1, -1][random.below(3) as usize],
            odd: random.one_in(2),
        }
    }

    /// How bytes of a link travel meanwhile; `None` for faults of another kind.
    pub(crate) fn flow(&self) -> Option<Flow> {
        match self.kind {
            Kind::Stall(_) => Some(Flow::Stalled),
            Kind::Swallow(_) => Some(Flow::Swallowed),
            Kind::Delay(_) => Some(Flow::Delayed(self.delay)),
            _ => None,
        }
    }

    /// The state of hints while the fault lasts; `None` if it leaves them alone.
    pub(crate) fn hints(&self) -> Option<Hints> {
        match self.kind {
            Kind::DropHints => Some(Hints::Dropped),
            Kind::DoubleHints => Some(Hints::Doubled),
            Kind::ReorderHints => Some(Hints::Reordered),
            _ => None,
        }
    }
}

/// Runs of at least this length must have had every kind of fault.
pub(crate) const LONG_RUN_DURATION: Duration = Duration::from_secs(300);

/// Counts the faults of each kind that a run may have, and the starts with each wrong clock. Wrong hints are not counted: they may
/// fail to be sent.
pub(crate) fn count(plan: &[Fault], has_broker: bool, can_change_clocks: bool) -> Counts {
    let name = |hours: i64| format!("clock {hours:+} h");
    let clocks = [1, -1].map(name).into_iter().filter(|_| can_change_clocks);
    let kinds = kinds(has_broker);
    let mut counts: Counts = kinds.iter().map(Kind::to_string).chain(clocks).map(|name| (name, 0)).collect();
    for fault in plan.iter().filter(|fault| fault.kind != Kind::LieAboutHeads) {
        *counts.entry(fault.kind.to_string()).or_default() += 1;
        let restarts = matches!(fault.kind, Kind::Kill | Kind::Drain);
        if restarts && let Some(count) = counts.get_mut(&name(fault.clock_hours)) {
            *count += 1;
        }
    }
    counts
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill => f.write_str("SIGKILL"),
            Self::Pause => f.write_str("SIGSTOP"),
            Self::Drain => f.write_str("SIGTERM"),
            Self::Cut(link) => write!(f, "{link} cut"),
            Self::Stall(link) => write!(f, "{link} stalled"),
            Self::Swallow(link) => write!(f, "{link} swallowed"),
            Self::Delay(link) => write!(f, "{link} delayed"),
            Self::DropHints => f.write_str("hints dropped"),
            Self::DoubleHints => f.write_str("hints doubled"),
            Self::ReorderHints => f.write_str("hints reordered"),
            Self::StopPostgres => f.write_str("PostgreSQL stopped"),
            Self::CrashPostgres => f.write_str("PostgreSQL crashed"),
            Self::EndBackends => f.write_str("backends ended"),
            Self::LieAboutHeads => f.write_str("wrong hints"),
            Self::KillBroker => f.write_str("NATS killed"),
            Self::LameDuck => f.write_str("NATS in lame duck mode"),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queries => "link to the database",
            Self::Hints => "link for hints",
            Self::Clients => "link to clients",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.target {
            Target::Process(node) | Target::Link(node, _) => write!(f, "node {node}: {}", self.kind)?,
            Target::Postgres | Target::Broker => write!(f, "{}", self.kind)?,
        }
        match self.kind {
            Kind::Stall(_) | Kind::Swallow(_) => write!(f, " {:?}", self.directions)?,
            Kind::Delay(_) => write!(f, " by {:?} {:?}", self.delay, self.directions)?,
            Kind::Kill | Kind::Drain if self.clock_hours != 0 => {
                write!(f, ", then a clock {:+} h", self.clock_hours)?;
            }
            _ => {}
        }
        if self.lasts.is_zero() { Ok(()) } else { write!(f, ", {:.1?}", self.lasts) }
    }
}
