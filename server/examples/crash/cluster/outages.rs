//! Outages without other load, one after the other, and how soon live subscribers have caught up after each.
//!
//! One node is well and stores events. The others, which have the subscribers, lose their links, the database, the broker or the
//! processor.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::protocol::TopicName;
use tokio::time::sleep;

use super::{
    fault::{self, Kind},
    nemesis::{Nemesis, Parts},
    probe::{Subscribers, Writer},
    promise::{CAUGHT_UP_WITHIN, Judge},
};
use crate::{Violation, random::Random, shared::Shared};

/// Events that are stored during an outage.
const MISSED_EVENTS: usize = 3;

/// Causes one outage of each kind, as long as the seed says, and returns how long the subscribers took afterwards, in order.
pub(crate) async fn measure(
    parts: &mut Parts,
    shared: &Arc<Shared>,
    mut random: Random,
    longest_ms: u64,
    judge: &mut Judge,
) -> Result<Vec<Duration>, Violation> {
    let mut times = Vec::new();
    for kind in fault::outages(parts.broker.is_some()) {
        let lasts = random.millis(500..=longest_ms);
        let subscribers = Subscribers::start(&parts.nodes[1..], MISSED_EVENTS + 1).await?;
        // A connection whose memberships cannot be read at its beginning is closed, so it begins before the outage.
        let mut writer = Writer::begin(&parts.nodes[0], random.split(), &subscribers.topic).await?;
        let (healed, stored) = tokio::try_join!(
            cause(parts, shared, (kind, lasts)),
            store_during(&mut writer, &subscribers.topic, lasts)
        )?;
        let since = healed.max(stored);
        let what = format!("subscribers have the head after {lasts:.1?} of {kind}");
        for received in subscribers.received().await? {
            let last = received.last().copied().ok_or("no event was received")?;
            judge.judge(&what, CAUGHT_UP_WITHIN, (since, last))?;
            times.push(last.saturating_duration_since(since));
        }
    }
    times.sort_unstable();
    Ok(times)
}

/// Breaks all nodes but the first, or what they share, and returns when all was healed.
async fn cause(
    parts: &mut Parts,
    shared: &Arc<Shared>,
    (kind, lasts): (Kind, Duration),
) -> Result<Instant, Violation> {
    let plan = fault::outage(kind, parts.nodes.len(), parts.broker.is_some(), lasts);
    let mut nemesis = Nemesis::start(parts, plan, shared);
    while nemesis.next().await? {}
    nemesis.finish(parts);
    Ok(Instant::now())
}

/// Stores events in the course of an outage, and returns when the last one was acknowledged. Without a database that is after it.
async fn store_during(writer: &mut Writer, topic: &TopicName, lasts: Duration) -> Result<Instant, Violation> {
    let mut acked = Instant::now();
    for _ in 0..MISSED_EVENTS {
        sleep(lasts / (MISSED_EVENTS as u32 + 1)).await;
        acked = writer.publish(topic).await?;
    }
    Ok(acked)
}
