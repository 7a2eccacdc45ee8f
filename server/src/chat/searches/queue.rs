//! Who searches next. An address has one turn at a time, so that its own searches wait for each other and not those of
//! others for them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use crate::{
    config::Limits,
    database::MAX_SEARCH_CONNECTIONS,
    endpoint::{Bucket, Rate},
};

/// Addresses after which idle ones are looked for and forgotten.
const SWEEP_AT: usize = 1_024;
/// When to ask again while as many searches wait as may, in milliseconds.
const RETRY_MS: u64 = 500;

/// The queue of all searches; cheap to clone.
#[derive(Clone)]
pub(super) struct Queue {
    inner: Arc<Inner>,
}

struct Inner {
    addresses: Mutex<Addresses>,
    /// Searches that run at once: as many as there are connections for them.
    running: Arc<Semaphore>,
    rate: Rate,
    max_waiting: usize,
}

struct Addresses {
    all: HashMap<IpAddr, Address>,
    sweep_at: usize,
}

/// What is known of an address.
struct Address {
    bucket: Bucket,
    /// Searches that wait or run.
    searches: usize,
    turn: Arc<Semaphore>,
}

/// The address may ask again in so many milliseconds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full(pub(super) u64);

/// A place in the queue, until it is dropped.
pub(super) struct Place {
    inner: Arc<Inner>,
    address: IpAddr,
    turn: Arc<Semaphore>,
}

/// The right to search, until it is dropped.
pub(super) struct Turn {
    _of_address: Option<OwnedSemaphorePermit>,
    _of_all: Option<OwnedSemaphorePermit>,
    _place: Place,
}

impl Queue {
    pub(super) fn new(limits: &Limits) -> Self {
        let addresses = Addresses { all: HashMap::new(), sweep_at: SWEEP_AT };
        Self {
            inner: Arc::new(Inner {
                addresses: Mutex::new(addresses),
                running: Arc::new(Semaphore::new(MAX_SEARCH_CONNECTIONS as usize)),
                rate: Rate::new(limits.searches_per_second, limits.search_burst),
                max_waiting: limits.max_searches,
            }),
        }
    }

    /// Joins the queue, unless the address is too fast or has as many searches in it as it may.
    pub(super) fn join(&self, address: IpAddr, now: Instant) -> Result<Place, Full> {
        let Inner { rate, max_waiting, .. } = *self.inner;
        let mut addresses = self.inner.lock();
        addresses.sweep(rate, now);
        let entry = addresses.all.entry(address).or_insert_with(|| Address {
            bucket: Bucket::full(rate, now),
            searches: 0,
            turn: Arc::new(Semaphore::new(1)),
        });
        if entry.searches >= max_waiting {
            return Err(Full(RETRY_MS));
        }
        entry.bucket.take(rate, now).map_err(Full)?;
        entry.searches += 1;
        Ok(Place { inner: Arc::clone(&self.inner), address, turn: Arc::clone(&entry.turn) })
    }
}

impl Addresses {
    fn sweep(&mut self, rate: Rate, now: Instant) {
        if self.all.len() >= self.sweep_at {
            self.all.retain(|_, address| address.searches > 0 || !address.bucket.is_full(rate, now));
            self.sweep_at = (2 * self.all.len()).max(SWEEP_AT);
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Addresses> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits until it is this search's turn. The semaphores are never closed, and so never refuse.
    pub(super) async fn turn(self) -> Turn {
        let of_address = Arc::clone(&self.turn).acquire_owned().await.ok();
        let of_all = Arc::clone(&self.inner.running).acquire_owned().await.ok();
        Turn { _of_address: of_address, _of_all: of_all, _place: self }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(address) = self.inner.lock().all.get_mut(&self.address) {
            address.searches -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, time::Duration};

    use clap::Parser;
    use futures::FutureExt;

    use super::*;
    use crate::config::{Cli, Command};

    fn queue(settings: &str) -> Queue {
        let line = format!("chorus {settings}");
        let Command::Serve(settings) = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command()
        else {
            panic!("serve")
        };
        Queue::new(&settings.limits)
    }

    fn at(n: u32) -> IpAddr {
        Ipv4Addr::from_bits(n).into()
    }

    #[tokio::test]
    async fn searches_of_one_address_wait_for_each_other_and_not_others_for_them() {
        let (queue, now) = (queue("--max-searches 3 --searches-per-second 0"), Instant::now());
        let join = |n| queue.join(at(n), now);
        let first = join(1).unwrap().turn().await;
        let mut second = Box::pin(join(1).unwrap().turn());
        let third = join(1).unwrap();
        assert_eq!(join(1).err(), Some(Full(RETRY_MS)), "one more than may wait");
        assert!(second.as_mut().now_or_never().is_none(), "one at a time");
        let other = join(2).unwrap().turn().now_or_never();
        assert!(other.is_some(), "there is a connection left for others");
        assert!(join(3).unwrap().turn().now_or_never().is_none(), "as many as there are connections");
        drop((first, third));
        assert!(second.now_or_never().is_some());
        assert!(join(1).is_ok(), "places are given back");
    }

    #[tokio::test]
    async fn an_address_searches_at_a_rate_and_is_forgotten_after_a_pause() {
        let (queue, now) = (queue("--searches-per-second 2 --search-burst 2"), Instant::now());
        let asks = |n, now| queue.join(at(n), now).map(drop);
        assert_eq!([asks(1, now), asks(1, now), asks(1, now)], [Ok(()), Ok(()), Err(Full(500))]);
        assert_eq!(asks(2, now), Ok(()));
        (3..=SWEEP_AT as u32).for_each(|n| asks(n, now).unwrap());
        asks(0, now + Duration::from_secs(60)).unwrap();
        assert_eq!(queue.inner.lock().all.len(), 1);
    }
}
