//! Deletes expired sessions, for as long as the server runs.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::session::{Sessions, SweepReport};

/// Time between two sweeps of expired sessions.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// Time before the first sweep, and between sweeps while the clock is ahead of the time that sessions expire by. A sweep moves
/// that time on by an hour at most. A clock that is 30 days ahead can thus be corrected within five days before it expires all
/// sessions, however often the server is restarted.
const CATCH_UP_INTERVAL: Duration = Duration::from_secs(10 * 60);
/// The server warns about a clock that is ahead by more than this.
const CLOCK_AHEAD_WARNING_MS: u64 = 24 * 60 * 60 * 1_000;

/// Deletes expired sessions until the server drains.
pub(super) async fn sweep(sessions: Sessions, drain: CancellationToken) {
    match sessions.start_clock().await {
        Ok(ahead_ms) if ahead_ms > CLOCK_AHEAD_WARNING_MS => {
            warn!(hours = ahead_ms / 3_600_000, "session.clock_is_ahead")
        }
        Ok(_) => {}
        Err(error) => error!(%error, "session.sweep_failed"),
    }
    let mut interval = CATCH_UP_INTERVAL;
    while drain.run_until_cancelled(sleep(interval)).await.is_some() {
        interval = match sessions.sweep().await {
            Ok(SweepReport { swept, behind_ms }) => {
                if swept > 0 {
                    info!(swept, "session.swept");
                }
                if behind_ms > 0 { CATCH_UP_INTERVAL } else { SWEEP_INTERVAL }
            }
            Err(error) => {
                error!(%error, "session.sweep_failed");
                SWEEP_INTERVAL
            }
        };
    }
}
