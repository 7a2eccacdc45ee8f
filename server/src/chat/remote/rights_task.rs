//! The task that applies changes of rights which other nodes have stored.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval},
};
use tracing::{info, warn};

use super::delivery_task::{PollState, within_deadline};
use crate::{event_log::ReadError, moderation::Moderation};

/// Looks for changes once an interval, and when a signal says that there are some.
pub(in crate::chat) async fn follow_rights(
    moderation: Moderation,
    changed: Arc<Notify>,
    poll_interval: Duration,
) {
    let mut ticks = interval(poll_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut state = PollState::Ok;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = changed.notified() => {}
        }
        let refreshed = refresh(&moderation).await;
        match (&refreshed, state) {
            (Err(error), PollState::Ok) => warn!(%error, "nodes.rights_unread"),
            (Ok(()), PollState::Failed) => info!("nodes.rights_read"),
            (Ok(()), PollState::Ok) | (Err(_), PollState::Failed) => {}
        }
        state = if refreshed.is_ok() { PollState::Ok } else { PollState::Failed };
    }
}

/// A panic ends one attempt and not the task.
async fn refresh(moderation: &Moderation) -> Result<(), String> {
    let attempt = within_deadline(async { moderation.refresh().await.map_err(ReadError::from) });
    match AssertUnwindSafe(attempt).catch_unwind().await {
        Ok(refreshed) => refreshed.map_err(|error| error.to_string()),
        Err(_) => Err("it panicked".to_owned()),
    }
}
