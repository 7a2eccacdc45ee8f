//! When to go.

use tokio::signal::unix::{SignalKind, signal};

/// Resolves on SIGTERM or Ctrl-C.
pub async fn asked() -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
