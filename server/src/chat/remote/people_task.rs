//! The task that reads the sessions and memberships that other nodes have changed.

use std::{panic::AssertUnwindSafe, time::Duration};

use app::protocol::UserId;

use futures::FutureExt;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tracing::{debug, error};

use super::{RemoteEvents, RemotePeople, paced_checks::PacedChecks};
use crate::nodes::{BusItem, Signal};

/// The shortest time between two checks of one person's sessions because of signals.
const SESSION_CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The deadline of what one signal or poll asks for. Checks that it cuts off are made up for by the next polls.
const CHECK_TIMEOUT: Duration = Duration::from_secs(30);

pub(in crate::chat) struct PeopleTask {
    pub(in crate::chat) remote: RemoteEvents,
    pub(in crate::chat) people: RemotePeople,
}

/// The reason why the task has something to do.
enum Wake {
    /// A signal, or some were lost.
    Signal(BusItem),
    /// The check of a person's sessions was put off until now.
    SessionsOf(UserId),
    Tick,
}

impl PeopleTask {
    /// Acts on signals, and checks some people once an interval.
    pub(in crate::chat) async fn run(self, poll_interval: Duration) {
        let mut paced = PacedChecks::new(SESSION_CHECK_INTERVAL);
        let mut ticks = interval(poll_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let wake = tokio::select! {
                item = self.remote.of_people.next() => Wake::Signal(item),
                user = paced.next() => Wake::SessionsOf(user),
                _ = ticks.tick() => Wake::Tick,
            };
            if let Wake::Signal(BusItem::Signal(Signal::Sessions { user: Some(user) })) = wake
                && !paced.ask(user, Instant::now())
            {
                continue;
            }
            let check = AssertUnwindSafe(timeout(CHECK_TIMEOUT, self.check(wake))).catch_unwind();
            match check.await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => debug!("nodes.people_unchecked: the next poll tries again"),
                Err(_) => error!("nodes.people_panicked"),
            }
        }
    }

    /// Reads what a signal names; without one, what is next in turn.
    async fn check(&self, wake: Wake) {
        match wake {
            Wake::Signal(BusItem::Signal(Signal::Membership { user, topic })) => {
                if let Err(error) = self.people.receive_membership(&self.remote, user, &topic).await {
                    debug!(%error, "nodes.membership_unreadable: a later poll tries again");
                }
            }
            Wake::Signal(BusItem::Signal(Signal::Sessions { user })) => {
                self.people.check_sessions(user).await
            }
            Wake::SessionsOf(user) => self.people.check_sessions(Some(user)).await,
            Wake::Signal(BusItem::Signal(_) | BusItem::Events(_)) => {}
            Wake::Signal(BusItem::Uncertain) => {
                self.check_memberships().await;
                self.people.check_sessions(None).await;
            }
            Wake::Tick => {
                self.people.check_some_sessions(&*self.remote.bus).await;
                self.check_memberships().await;
            }
        }
    }

    async fn check_memberships(&self) {
        if let Err(error) = self.people.check_memberships(&self.remote).await {
            debug!(%error, "nodes.memberships_unreadable: a later poll tries again");
        }
    }
}
