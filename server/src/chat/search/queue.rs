//! The queue of searches. An address runs one search at a time, so its searches wait for each other and do not hold up those
//! of other addresses.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use crate::{
    config::Limits,
    database::MAX_SEARCH_CONNECTIONS,
    endpoint::{Bucket, Rate},
    rate_limiter::SharedRate,
};

/// The number of known addresses from which on idle ones are removed.
const MIN_SWEEP_ADDRESSES: usize = 1_024;
/// The `retry_ms` for an address that has as many searches in the queue as it may.
const QUEUE_FULL_RETRY_MS: u64 = 500;

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct SearchQueue {
    inner: Arc<Inner>,
}

struct Inner {
    addresses: Mutex<Addresses>,
    /// Permits for running searches: one per database connection that serves searches.
    running: Arc<Semaphore>,
    rate: SharedRate,
    max_waiting: usize,
}

struct Addresses {
    all: HashMap<IpAddr, Address>,
    sweep_at: usize,
}

struct Address {
    bucket: Bucket,
    /// Searches that wait or run.
    searches: usize,
    /// One permit: the address runs one search at a time.
    running: Arc<Semaphore>,
}

/// The queue refuses the address, which may retry after the given milliseconds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueueFull {
    pub(super) retry_ms: u64,
}

/// A place in the queue. Dropping it leaves the queue.
pub(super) struct QueueTicket {
    inner: Arc<Inner>,
    address: IpAddr,
    running_of_address: Arc<Semaphore>,
}

/// The permission to search, until it is dropped.
pub(super) struct SearchPermit {
    _of_address: Option<OwnedSemaphorePermit>,
    _of_server: Option<OwnedSemaphorePermit>,
    _ticket: QueueTicket,
}

impl SearchQueue {
    pub(super) fn new(limits: &Limits) -> Self {
        let addresses = Addresses { all: HashMap::new(), sweep_at: MIN_SWEEP_ADDRESSES };
        Self {
            inner: Arc::new(Inner {
                addresses: Mutex::new(addresses),
                running: Arc::new(Semaphore::new(MAX_SEARCH_CONNECTIONS as usize)),
                rate: SharedRate::new(rate_of(limits)),
                max_waiting: limits.max_searches,
            }),
        }
    }

    /// Takes over the rate of other limits.
    pub(super) fn set_rate(&self, limits: &Limits) {
        self.inner.rate.set(rate_of(limits));
    }

    /// Joins the queue.
    ///
    /// Errors: the address exceeds its rate limit, or has as many searches in the queue as it may.
    pub(super) fn join(&self, address: IpAddr, now: Instant) -> Result<QueueTicket, QueueFull> {
        let rate = self.inner.rate.get();
        let mut addresses = self.inner.addresses.lock();
        addresses.sweep(rate, now);
        let entry = addresses.all.entry(address).or_insert_with(|| Address {
            bucket: Bucket::full(rate, now),
            searches: 0,
            running: Arc::new(Semaphore::new(1)),
        });
        if entry.searches >= self.inner.max_waiting {
            return Err(QueueFull { retry_ms: QUEUE_FULL_RETRY_MS });
        }
        entry.bucket.take(rate, now).map_err(|retry_ms| QueueFull { retry_ms })?;
        entry.searches += 1;
        let running_of_address = Arc::clone(&entry.running);
        Ok(QueueTicket { inner: Arc::clone(&self.inner), address, running_of_address })
    }
}

fn rate_of(limits: &Limits) -> Rate {
    Rate::new(limits.searches_per_second, limits.search_burst)
}

impl Addresses {
    /// Removes idle addresses. It scans all of them, so it runs again only when their number has doubled.
    fn sweep(&mut self, rate: Rate, now: Instant) {
        if self.all.len() >= self.sweep_at {
            self.all.retain(|_, address| address.searches > 0 || !address.bucket.is_full(rate, now));
            self.sweep_at = (2 * self.all.len()).max(MIN_SWEEP_ADDRESSES);
        }
    }
}

impl QueueTicket {
    /// Waits until this search may run. The semaphores are never closed, so acquiring cannot fail.
    pub(super) async fn acquire(self) -> SearchPermit {
        // The address first: a search that waits for its own address must not hold a permit of the server.
        let of_address = Arc::clone(&self.running_of_address).acquire_owned().await.ok();
        let of_server = Arc::clone(&self.inner.running).acquire_owned().await.ok();
        SearchPermit { _of_address: of_address, _of_server: of_server, _ticket: self }
    }
}

impl Drop for QueueTicket {
    fn drop(&mut self) {
        if let Some(address) = self.inner.addresses.lock().all.get_mut(&self.address) {
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

    fn queue(settings: &str) -> SearchQueue {
        let line = format!("chorus {settings}");
        let Command::Serve(settings) = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command()
        else {
            panic!("serve")
        };
        SearchQueue::new(&settings.limits)
    }

    fn at(n: u32) -> IpAddr {
        Ipv4Addr::from_bits(n).into()
    }

    #[tokio::test]
    async fn searches_of_one_address_run_one_at_a_time_and_do_not_hold_up_other_addresses() {
        let queue = queue("--max-searches 3 --searches-per-second 0");
        let now = Instant::now();
        let join = |n| queue.join(at(n), now);
        let first = join(1).unwrap().acquire().await;
        let mut second = Box::pin(join(1).unwrap().acquire());
        let third = join(1).unwrap();
        assert_eq!(
            join(1).err(),
            Some(QueueFull { retry_ms: QUEUE_FULL_RETRY_MS }),
            "one more than may wait"
        );
        assert!(second.as_mut().now_or_never().is_none(), "one at a time");
        let other = join(2).unwrap().acquire().now_or_never();
        assert!(other.is_some(), "another address does not wait for the first");
        assert!(join(3).unwrap().acquire().now_or_never().is_none(), "as many as there are connections");
        drop((first, third));
        assert!(second.now_or_never().is_some());
        assert!(join(1).is_ok(), "a dropped ticket makes room in the queue");
    }

    #[tokio::test]
    async fn an_address_is_rate_limited_and_removed_when_it_is_idle() {
        let queue = queue("--searches-per-second 2 --search-burst 2");
        let now = Instant::now();
        let join = |n, now| queue.join(at(n), now).map(drop);
        assert_eq!(
            [join(1, now), join(1, now), join(1, now)],
            [Ok(()), Ok(()), Err(QueueFull { retry_ms: 500 })]
        );
        assert_eq!(join(2, now), Ok(()));
        (3..=MIN_SWEEP_ADDRESSES as u32).for_each(|n| join(n, now).unwrap());
        join(0, now + Duration::from_secs(60)).unwrap();
        assert_eq!(queue.inner.addresses.lock().all.len(), 1);
    }
}
