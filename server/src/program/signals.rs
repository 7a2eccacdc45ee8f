//! Signals that end a command.

use anyhow::{Context, bail};
use server::shutdown::{Hangup, Shutdown};
use tokio_util::sync::CancellationToken;

use super::output::print_error;

pub(super) fn on_signals(hangup: Hangup) -> anyhow::Result<Shutdown> {
    Shutdown::on_signals(hangup).context("cannot listen for signals")
}

/// Returns a token that a signal cancels.
pub(super) fn interrupt() -> anyhow::Result<CancellationToken> {
    Ok(on_signals(Hangup::Drains)?.drain)
}

/// Runs a command that may take long, until it is done or a signal ends it. A command that is dropped rolls its transaction back.
pub(super) async fn until_interrupted(
    command: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let Shutdown { drain: interrupt, force, .. } = on_signals(Hangup::Drains)?;
    tokio::spawn(exit_at_once(force));
    tokio::select! {
        // A command that is done at the same moment was not interrupted.
        biased;
        done = command => done,
        () = interrupt.cancelled() => bail!("interrupted; run the command again to take it up"),
    }
}

/// Ends the process at a second signal: a command that waits for a pipe on standard output cannot be dropped.
async fn exit_at_once(force: CancellationToken) {
    force.cancelled().await;
    print_error("ended at once, by a second signal");
    std::process::exit(1)
}
