//! Starts the tasks of NATS again after a failure.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::link::Link;

/// The time between a failure and the next start.
const RESTART_INTERVAL: Duration = Duration::from_secs(1);

/// Runs the tasks until they have ended without an error, or `closed` is cancelled. While they do not run, the node counts as
/// disconnected, and polls.
pub(super) async fn supervise<F>(link: &Link, closed: &CancellationToken, tasks: impl Fn() -> F)
where
    F: Future<Output = Result<(), async_nats::Error>>,
{
    loop {
        match AssertUnwindSafe(tasks()).catch_unwind().await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => link.disconnected(&error.to_string()),
            Err(_) => {
                error!("nodes.nats_panicked: it starts again");
                link.disconnected("a task has panicked");
            }
        }
        if closed.run_until_cancelled(sleep(RESTART_INTERVAL)).await.is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::nodes::{BusItem, nats::inbox::NatsInbox};

    #[tokio::test(start_paused = true)]
    async fn tasks_that_fail_start_again_and_hints_count_as_lost_meanwhile() {
        let inbox = NatsInbox::new();
        let link = Link::new(inbox.clone());
        link.connected();
        assert_eq!(inbox.next().await, BusItem::Uncertain);
        let starts = AtomicUsize::new(0);
        let tasks = || async {
            match starts.fetch_add(1, Ordering::Relaxed) {
                0 => panic!("on purpose"),
                1 => return Err("the end".into()),
                _ => assert!(link.is_disconnected()),
            }
            Ok(())
        };
        supervise(&link, &CancellationToken::new(), tasks).await;
        assert_eq!(starts.into_inner(), 3);
        assert_eq!(inbox.next().await, BusItem::Uncertain);
    }

    #[tokio::test]
    async fn a_node_that_ends_starts_nothing_again() {
        let link = Link::new(NatsInbox::new());
        let closed = CancellationToken::new();
        closed.cancel();
        supervise(&link, &closed, || async { panic!("on purpose") }).await;
    }
}
