//! Measurements at the end of a run, once everything is healed.

use std::time::{Duration, Instant};

use testing::Hints;
use tokio::time::sleep;

use super::{
    Cluster,
    bans::{self, BanTimes},
    comparison, fault, outages, probe,
    processors::ProcessorWaits,
    promise::{CAUGHT_UP_WITHIN, Judge},
    visited,
};
use crate::{Violation, client::Client, verify::Summary};

/// Events by which deliveries are measured, and the pause after each: many with hints, some that no later event shows, and some
/// by polling alone.
const MANY_EVENTS: (usize, Duration) = (100, Duration::from_millis(20));
const SINGLE_EVENTS: (usize, Duration) = (8, Duration::from_millis(1_100));
const POLLED_EVENTS: (usize, Duration) = (16, Duration::from_millis(230));
/// How long all hints are lost before the load ends, without a sign of it.
const SILENT_LOSS: Duration = Duration::from_millis(1_500);
/// No listener may need longer to catch up while authors write on, even one that reads a long log from its start. Two seconds are
/// promised; `outages` judges that, without load.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(60);
/// Milliseconds of the longest outage. Those of a long run outlast the nodes' timeouts.
const SHORT_OUTAGE_MS: u64 = 1_500;
const LONG_OUTAGE_MS: u64 = 6_000;

pub(crate) struct Measured {
    /// How long it took from the end of the last fault until all nodes were ready.
    pub(crate) recovered_after: Duration,
    /// How long listeners took then, under load.
    pub(crate) caught_up: Vec<Duration>,
    /// Events that the slowest of them lacked at first, if it had begun then.
    pub(crate) lacked_by_slowest: Option<u64>,
    /// How long it took until every client had all events, after the last hints were lost.
    pub(crate) after_silent_loss: Duration,
    pub(crate) with_hints: Vec<Duration>,
    /// With hints, of events that no later event follows within the interval of the poll.
    pub(crate) single: Vec<Duration>,
    pub(crate) by_poll: Vec<Duration>,
    pub(crate) bans: BanTimes,
    /// After outages without load.
    pub(crate) after_outages: Vec<Duration>,
    pub(crate) pages: usize,
    pub(crate) summaries: Vec<Summary>,
    /// How long people stayed whose node was killed.
    pub(crate) ghosts: Duration,
    pub(crate) judge: Judge,
}

/// Waits until all nodes are ready, measures how events are delivered, and reads every node out.
pub(crate) async fn measure(cluster: &mut Cluster) -> Result<Measured, Violation> {
    let mut judge = Judge::new(ProcessorWaits::start(cluster.parts.postgres.clone()));
    let recovered_after = recover(cluster).await?;
    let caught_up = wait_for_listeners(cluster).await?;
    let lacked_by_slowest = cluster.shared.observer.lacked_by_slowest();
    let (mut clients, after_silent_loss) = lose_hints_silently(cluster, &mut judge).await?;
    let pages = visited(&mut cluster.visitor).await?;
    let [with_hints, single, by_poll] = deliver(cluster, &mut judge).await?;
    let random = cluster.random.split();
    let bans = bans::measure(&mut cluster.parts.nodes, random, &mut judge).await?;
    let after_outages = cause_outages(cluster, &mut judge).await?;
    let summaries = comparison::compare(&cluster.parts.nodes, &cluster.shared, &mut clients).await?;
    let ghosts =
        comparison::wait_for_ghosts_to_go(&mut cluster.parts.nodes, &cluster.shared, &mut judge).await?;
    Ok(Measured {
        recovered_after,
        caught_up,
        lacked_by_slowest,
        after_silent_loss,
        with_hints,
        single,
        by_poll,
        bans,
        after_outages,
        pages,
        summaries,
        ghosts,
        judge,
    })
}

/// Waits until all nodes are ready.
async fn recover(cluster: &mut Cluster) -> Result<Duration, Violation> {
    let ended = Instant::now();
    for node in &mut cluster.parts.nodes {
        node.recover().await?;
    }
    Ok(ended.elapsed())
}

/// Waits until every copy of a topic holds what was known when everything was healed, and returns how long each took.
async fn wait_for_listeners(cluster: &mut Cluster) -> Result<Vec<Duration>, Violation> {
    let Cluster { clients, shared, .. } = cluster;
    clients.open_topics(usize::MAX);
    let healed = Instant::now();
    shared.observer.expect_heads(shared.heads());
    // Clients of topics that have just been opened count only once they have begun.
    loop {
        let (times, missing) = shared.observer.caught_up();
        if missing == 0 {
            return Ok(times);
        }
        clients.check()?;
        if healed.elapsed() > CATCH_UP_TIMEOUT {
            return Err(format!(
                "{missing} of {} copies lack events {CATCH_UP_TIMEOUT:?} after everything was healed: {:?}",
                times.len() + missing,
                shared.observer.stragglers()
            ));
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// Loses all hints while the load ends, so that only the poll can find the last events. Returns the clients, and how long it took until
/// the last one had all. The copies of listeners are judged; one of them may be about to connect again.
async fn lose_hints_silently(
    cluster: &mut Cluster,
    judge: &mut Judge,
) -> Result<(Vec<Client>, Duration), Violation> {
    set_hints(cluster, Hints::Lost);
    sleep(SILENT_LOSS).await;
    cluster.clients.check()?;
    cluster.clients.settle().await?;
    set_hints(cluster, Hints::Delivered);
    let stored = Instant::now();
    let observer = &cluster.shared.observer;
    observer.expect_heads(cluster.shared.heads());
    let clients = cluster.clients.receive_all(&cluster.parts.nodes[0].program).await?;
    let after = stored.elapsed();
    let times = observer.caught_up().0.into_iter().map(|time| (stored, stored + time)).collect();
    judge.judge_most("the last events are found by polling", CAUGHT_UP_WITHIN, times)?;
    Ok((clients, after))
}

/// Measures deliveries with hints, with hints of single events, and without hints.
async fn deliver(cluster: &mut Cluster, judge: &mut Judge) -> Result<[Vec<Duration>; 3], Violation> {
    let with_hints = probe::measure(&cluster.parts.nodes, cluster.random.split(), MANY_EVENTS, judge).await?;
    let single = probe::measure(&cluster.parts.nodes, cluster.random.split(), SINGLE_EVENTS, judge).await?;
    set_hints(cluster, Hints::Lost);
    let by_poll = probe::measure(&cluster.parts.nodes, cluster.random.split(), POLLED_EVENTS, judge).await?;
    set_hints(cluster, Hints::Delivered);
    Ok([with_hints, single, by_poll])
}

async fn cause_outages(cluster: &mut Cluster, judge: &mut Judge) -> Result<Vec<Duration>, Violation> {
    println!("without load:");
    let is_long = cluster.lasts >= fault::LONG_RUN_DURATION;
    let longest_ms = if is_long { LONG_OUTAGE_MS } else { SHORT_OUTAGE_MS };
    let random = cluster.random.split();
    outages::measure(&mut cluster.parts, &cluster.shared, random, longest_ms, judge).await
}

fn set_hints(cluster: &Cluster, hints: Hints) {
    cluster.parts.links.iter().for_each(|links| links.hints.set_hints(hints));
}
