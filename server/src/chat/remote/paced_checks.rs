//! Limits how often one person is checked, however many signals ask for it.

use std::{
    collections::{HashMap, VecDeque},
    future::pending,
    time::Duration,
};

use app::protocol::UserId;
use tokio::time::{Instant, sleep_until};

/// The people who were checked within the last interval, or asked for in it: as many as there were signals.
#[derive(Debug)]
pub(super) struct PacedChecks {
    interval: Duration,
    /// Whether somebody has asked for another check since the last one.
    is_asked: HashMap<UserId, bool>,
    /// When each of them may be checked again, in this order.
    next: VecDeque<(Instant, UserId)>,
}

impl PacedChecks {
    /// `interval` is the shortest time between two checks of one person.
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, is_asked: HashMap::new(), next: VecDeque::new() }
    }

    /// Returns whether a person may be checked now. If not, [`next`](Self::next) returns them later.
    pub(super) fn ask(&mut self, user: UserId, now: Instant) -> bool {
        if let Some(is_asked) = self.is_asked.get_mut(&user) {
            *is_asked = true;
            return false;
        }
        self.is_asked.insert(user, false);
        self.next.push_back((now + self.interval, user));
        true
    }

    /// Waits for the person who is to be checked next because of an earlier question. Cancel safe.
    pub(super) async fn next(&mut self) -> UserId {
        while let Some((at, user)) = self.next.front().copied() {
            sleep_until(at).await;
            self.next.pop_front();
            if self.is_asked.remove(&user) == Some(true) {
                self.ask(user, Instant::now());
                return user;
            }
        }
        pending().await
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tokio::time::advance;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(1);
    const ANN: UserId = UserId(uuid::Uuid::from_u128(1));
    const BOB: UserId = UserId(uuid::Uuid::from_u128(2));

    #[tokio::test(start_paused = true)]
    async fn a_person_is_checked_at_once_and_then_once_an_interval_however_often_it_is_asked_for() {
        let mut paced = PacedChecks::new(INTERVAL);
        let asked = (0..9).filter(|_| paced.ask(ANN, Instant::now())).count();
        assert_eq!((asked, paced.ask(BOB, Instant::now())), (1, true));
        advance(INTERVAL / 2).await;
        assert_eq!(paced.next().now_or_never(), None);
        let asked_at = Instant::now();
        assert_eq!((paced.next().await, asked_at.elapsed() >= INTERVAL / 2), (ANN, true));
        assert!(!paced.ask(ANN, Instant::now()), "she was checked just now");
        assert_eq!(paced.next().await, ANN);
        advance(INTERVAL * 2).await;
        assert_eq!(paced.next().now_or_never(), None, "nobody has asked again");
        assert!(paced.is_asked.is_empty() && paced.next.is_empty());
        assert!(paced.ask(ANN, Instant::now()));
    }
}
