//! Upgrades under load (`--upgrade`): an old server is replaced by a new one, and with `--rollback` the other way round.
//!
//! | module | contents |
//! |---|---|
//! | `one_machine` | SQLite: the new server starts after the old one has ended |
//! | `rolling` | PostgreSQL: two servers, one after the other |
//! | `connection_probe` | counts connections that are refused |
//! | `executables` | versions, and migrations that the old executable does not know |

mod connection_probe;
mod executables;
mod one_machine;
mod rolling;

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::{Violation, clients::Clients, gaps::Gaps, options::Options, shared::Shared};

pub(crate) use executables::versions;
pub(crate) use one_machine::run as run_on_one_machine;
pub(crate) use rolling::run as run_rolling;

/// Each wait ends within this time, also on a busy machine.
const WAIT_TIMEOUT: Duration = Duration::from_secs(60);

/// Acks before an upgrade, so that topics have a history.
const MIN_ACKS: usize = 500;

/// Opens all topics, and waits until every listener receives events and topics have a history.
async fn begin_load(clients: &mut Clients, shared: &Shared, options: &Options) -> Result<(), Violation> {
    clients.open_topics(usize::MAX);
    wait_for(clients, "listeners", options.listeners(), || shared.gaps.listening()).await?;
    wait_for(clients, "acks", MIN_ACKS, || shared.counters.acked.get() as usize).await
}

/// Waits until every listener has received an event on a new connection, and prints for how long they received none.
async fn print_gaps(
    name: &str,
    clients: &mut Clients,
    gaps: &Gaps,
    options: &Options,
) -> Result<(), Violation> {
    wait_for(clients, "listeners", options.listeners(), || gaps.measured().len()).await?;
    let gaps = gaps.measured();
    let at =
        |percent: usize| gaps.get(gaps.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default();
    let label = format!("{name}:");
    println!(
        "{label:<14}{} listeners, longest time without an event: p50 {:.0?}, p95 {:.0?}, max {:.0?}",
        gaps.len(),
        at(50),
        at(95),
        at(100)
    );
    Ok(())
}

/// Waits until there are as many as expected.
async fn wait_for(
    clients: &mut Clients,
    name: &str,
    expected: usize,
    count: impl Fn() -> usize,
) -> Result<(), Violation> {
    let started = Instant::now();
    while count() < expected {
        clients.check()?;
        if started.elapsed() > WAIT_TIMEOUT {
            return Err(format!("{} of {expected} {name} after {WAIT_TIMEOUT:?}", count()));
        }
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
