//! Several nodes on one PostgreSQL, whose processes, links, database and broker fail at the same time (`--nodes`).
//!
//! | module | contents |
//! |---|---|
//! | `fault` | the faults that are planned from the seed |
//! | `node` | the processes of nodes, and their links |
//! | `nemesis` | carries the plan out |
//! | `visitor` | a stranger who reads pages |
//! | `wrong_hints` | hints that no node would send |
//! | `measurement` | what is measured at the end: `probe`, `outages` |
//! | `bans` | how soon a ban ends what its person has open on all nodes |
//! | `promise`, `processors` | judges the times, and how long threads waited for a processor |
//! | `comparison`, `report` | reads every node out at the end, and prints |

mod bans;
mod comparison;
mod fault;
mod measurement;
mod nemesis;
mod node;
mod outages;
mod probe;
mod processors;
mod promise;
mod report;
mod visitor;
mod wrong_hints;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use testing::{Direction, Flow, Nats, Postgres};
use tokio::{task::JoinHandle, time::sleep};

use crate::{Violation, clients::Clients, options::Options, random::Random, shared::Shared};
use fault::Counts;
use measurement::Measured;
use nemesis::{Nemesis, Parts};
use node::Node;

/// How long answers are lost at first to make an author send a stored draft again, and within how long one must have done so.
const LOST_ANSWERS: Duration = Duration::from_millis(500);
/// Each loss is longer than the one before: a busy machine needs seconds to connect, to store and to answer.
const LOST_ANSWERS_GROWTH: f64 = 1.5;
const RETRY_TIMEOUT: Duration = Duration::from_secs(120);
/// A run of this length must have sent drafts to nodes that cannot store any.
const CONCLUSIVE_RUN_DURATION: Duration = Duration::from_secs(60);

/// The median time by hints is less than this part of that by polling, however busy the machine is: the poll waits for half its
/// interval besides.
const MAX_HINT_RATIO: f64 = 0.6;

struct Cluster {
    parts: Parts,
    shared: Arc<Shared>,
    clients: Clients,
    visitor: JoinHandle<Result<usize, Violation>>,
    counts: Counts,
    lasts: Duration,
    random: Random,
    started: Instant,
}

/// Runs the cluster test in a folder for its logs.
pub(crate) async fn run(options: &Options, count: u8, folder: &Path, seed: u64) -> Result<(), Violation> {
    if testing::find_postgres().is_none() {
        return Ok(());
    }
    let broker = if options.hints == "nats" {
        // Where there is none, this has been said.
        let Some(broker) = Nats::start() else { return Ok(()) };
        Some(broker)
    } else {
        None
    };
    let mut random = Random::new(seed);
    let lasts = Duration::from_secs(options.seconds);
    let plan = fault::plan(&mut random, count.into(), broker.is_some(), lasts);
    let parts = start_parts(options, count, broker, folder).await?;
    let mut cluster = Cluster::start(options, parts, random).await?;
    let can_change_clocks = cluster.parts.nodes.iter().all(Node::can_change_clock);
    cluster.counts = fault::count(&plan, cluster.parts.broker.is_some(), can_change_clocks);
    cluster.load(plan).await?;
    let measured = measurement::measure(&mut cluster).await?;
    report::print(&cluster, &measured);
    cluster.finish(&measured).await
}

async fn start_parts(
    options: &Options,
    count: u8,
    broker: Option<Nats>,
    folder: &Path,
) -> Result<Parts, Violation> {
    let postgres = Arc::new(Postgres::start());
    let database = postgres.database();
    let address = broker.as_ref().map(Nats::address);
    let (mut nodes, links): (Vec<_>, Vec<_>) = (0..usize::from(count))
        .map(|number| Node::start(number, &options.program, &database, address, folder))
        .unzip();
    for node in &mut nodes {
        node.recover().await?;
    }
    Ok(Parts { nodes, links, postgres, database: database.url().to_owned(), broker })
}

impl Cluster {
    async fn start(options: &Options, parts: Parts, mut random: Random) -> Result<Self, Violation> {
        let addresses = parts.links.iter().map(|links| links.clients.address()).collect();
        let shared = Arc::new(Shared::new(addresses, options));
        let clients = Clients::start(Arc::clone(&shared), options, &mut random).await?;
        let visitor = tokio::spawn(visitor::visit(Arc::clone(&shared), random.split()));
        let lasts = Duration::from_secs(options.seconds);
        let counts = Counts::new();
        let started = Instant::now();
        Ok(Self { parts, shared, clients, visitor, counts, lasts, random, started })
    }

    /// Loses the answers of all nodes until an author has sent a draft to another node that was stored: in a short run, the plan may
    /// hit no ack.
    async fn lose_an_ack(&mut self) -> Result<(), Violation> {
        let started = Instant::now();
        let mut lasts = LOST_ANSWERS;
        println!("{:7.1}s  all links to clients swallowed [ToClient], until an ack was lost", 0.0);
        while self.shared.observer.unknown_elsewhere.get() == 0 {
            if started.elapsed() > RETRY_TIMEOUT {
                return Err(
                    "no ack was lost, so no retry of a stored draft on another node was tested".to_owned()
                );
            }
            let links = || self.parts.links.iter().map(|links| &links.clients);
            links().for_each(|link| link.set_flow(Direction::ToClient, Flow::Swallowed));
            sleep(lasts).await;
            links().for_each(|link| link.heal());
            sleep(lasts).await;
            lasts = lasts.mul_f64(LOST_ANSWERS_GROWTH);
            self.clients.check()?;
        }
        Ok(())
    }

    /// Carries out the faults under load.
    async fn load(&mut self, plan: Vec<fault::Fault>) -> Result<(), Violation> {
        self.lose_an_ack().await?;
        let mut nemesis = Nemesis::start(&mut self.parts, plan, &self.shared);
        let topics = self.shared.topics.len();
        let mut is_over = false;
        while !is_over {
            tokio::select! {
                more = nemesis.next() => is_over = !more?,
                () = sleep(Duration::from_millis(100)) => {}
            }
            let due = self.started.elapsed().as_secs_f64() * 1.5 / self.lasts.as_secs_f64() * topics as f64;
            self.clients.open_topics(1 + due as usize);
            self.clients.check()?;
            if self.visitor.is_finished() {
                visited(&mut self.visitor).await?;
                return Err("the visitor has ended under load".to_owned());
            }
        }
        nemesis.finish(&mut self.parts);
        let wrong_hints = self.shared.observer.wrong_hints.get() as usize;
        self.counts.insert(fault::Kind::LieAboutHeads.to_string(), wrong_hints);
        Ok(())
    }

    /// Fails if the run has tested too little or a node has logged a fault, and ends the nodes.
    async fn finish(mut self, measured: &Measured) -> Result<(), Violation> {
        let faults: Vec<_> = self.parts.nodes.iter().flat_map(Node::logged_faults).collect();
        if let Some(fault) = faults.first() {
            return Err(format!("{} faults are logged, first: {fault}", faults.len()));
        }
        self.parts.nodes.iter().try_for_each(Node::failed_start)?;
        let [by_hints, by_poll] = [&measured.single, &measured.by_poll].map(|times| times[times.len() / 2]);
        if by_hints > by_poll.mul_f64(MAX_HINT_RATIO) {
            return Err(format!(
                "hints bring events after {by_hints:?}, hardly sooner than the poll ({by_poll:?})"
            ));
        }
        let missing: Vec<_> = self.counts.iter().filter(|(_, count)| **count == 0).collect();
        if self.lasts >= fault::LONG_RUN_DURATION && !missing.is_empty() {
            return Err(format!("some kinds of faults did not come: {missing:?}"));
        }
        if self.lasts >= CONCLUSIVE_RUN_DURATION && self.shared.observer.sent_in_vain.get() == 0 {
            return Err("no draft was sent to a node that cannot reach the database".to_owned());
        }
        for node in &mut self.parts.nodes {
            node.drain().await?;
        }
        Ok(())
    }
}

/// Waits until the visitor has ended.
async fn visited(visitor: &mut JoinHandle<Result<usize, Violation>>) -> Result<usize, Violation> {
    visitor.await.map_err(|error| error.to_string())?
}
