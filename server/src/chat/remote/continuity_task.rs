//! The task that checks whether the database still has what was acknowledged.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tracing::{debug, info, warn};

use super::delivery_task::{PollState, within_deadline};
use crate::event_log::NodeLog;

/// Checks once an interval.
pub(in crate::chat) async fn check_continuity(log: NodeLog, poll_interval: Duration) {
    let mut ticks = interval(poll_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut state = PollState::Ok;
    loop {
        ticks.tick().await;
        state = match (within_deadline(log.check_continuity()).await, state) {
            (Ok(()), PollState::Ok) => PollState::Ok,
            (Ok(()), PollState::Failed) => {
                info!("nodes.continuity_checked");
                PollState::Ok
            }
            (Err(error), PollState::Ok) => {
                warn!(%error, "nodes.continuity_unchecked");
                PollState::Failed
            }
            (Err(error), PollState::Failed) => {
                debug!(%error, "nodes.continuity_unchecked");
                PollState::Failed
            }
        };
    }
}
