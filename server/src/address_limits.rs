//! What one address may do in all, whichever door it uses: connections, messages, bytes and wrong secrets.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;
use tracing::warn;

use crate::{
    config::Limits,
    rate_limiter::{Bucket, KeyedRateLimiter, Rate},
};

/// Wrong secrets that are logged a second, on average and at once: whoever guesses does not fill the disk.
const LOGGED: (u32, u32) = (1, 60);

/// The limits; cheap to clone. Addresses are those that [`crate::endpoint`] counts by.
#[derive(Clone)]
pub(crate) struct AddressLimits {
    bytes: KeyedRateLimiter<IpAddr>,
    wrong_secrets: KeyedRateLimiter<IpAddr>,
    log: Arc<Mutex<Bucket>>,
    connections: Arc<ConnectionCounts>,
}

struct ConnectionCounts {
    /// 0 sets no limit.
    max: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection's place among those of its address, until it is dropped.
pub(crate) struct AddressPermit {
    connections: Arc<ConnectionCounts>,
    bytes: KeyedRateLimiter<IpAddr>,
    address: IpAddr,
}

impl AddressLimits {
    pub(crate) fn new(limits: &Limits) -> Self {
        let logged = Rate::new(LOGGED.0, LOGGED.1);
        Self {
            bytes: KeyedRateLimiter::new(limits.address_bytes_per_second, limits.address_byte_burst),
            wrong_secrets: KeyedRateLimiter::with(Rate::per_minute(limits.wrong_secrets_per_minute)),
            log: Arc::new(Mutex::new(Bucket::full(logged, Instant::now()))),
            connections: Arc::new(ConnectionCounts {
                max: limits.max_address_sockets,
                taken: Mutex::default(),
            }),
        }
    }

    /// A place for one more connection; `None` when the address has as many as it may.
    pub(crate) fn acquire_connection(&self, address: IpAddr) -> Option<AddressPermit> {
        if self.connections.max > 0 {
            let mut taken = self.connections.lock();
            let of_address = taken.entry(address).or_default();
            if *of_address >= self.connections.max {
                return None;
            }
            *of_address += 1;
        }
        Some(AddressPermit { connections: Arc::clone(&self.connections), bytes: self.bytes.clone(), address })
    }

    /// So many bytes came; too many, says in how many milliseconds they may come.
    pub(crate) fn take_bytes(&self, address: IpAddr, bytes: usize) -> Result<(), u64> {
        self.bytes.take_many(address, bytes, Instant::now())
    }

    /// Whether an address may try a secret; after too many wrong ones none is looked at.
    pub(crate) fn check_secret_attempt(&self, address: IpAddr) -> Result<(), u64> {
        self.wrong_secrets.check(&address, Instant::now())
    }

    /// A secret was wrong.
    pub(crate) fn record_wrong_secret(&self, address: IpAddr) {
        let now = Instant::now();
        let _ = self.wrong_secrets.take(address, now);
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.take(Rate::new(LOGGED.0, LOGGED.1), now).is_ok() {
            warn!(%address, "access.wrong_secret");
        }
    }
}

impl AddressPermit {
    /// The same as [`AddressLimits::take_bytes`], for this connection's address.
    pub(crate) fn take_bytes(&self, bytes: usize, now: Instant) -> Result<(), u64> {
        self.bytes.take_many(self.address, bytes, now)
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        if self.connections.max == 0 {
            return;
        }
        let mut taken = self.connections.lock();
        if let Some(of_address) = taken.get_mut(&self.address) {
            *of_address -= 1;
            if *of_address == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

impl ConnectionCounts {
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::{Cli, Command};

    fn limits(settings: &str) -> AddressLimits {
        let line = format!("chorus {settings}");
        let Command::Serve(settings) = Cli::try_parse_from(line.split(' ')).unwrap().into_command() else {
            panic!("{line} serves")
        };
        AddressLimits::new(&settings.limits)
    }

    fn address(n: u8) -> IpAddr {
        [203, 0, 113, n].into()
    }

    #[test]
    fn one_connection_too_many_has_no_seat_until_another_one_ends() {
        let limits = limits("--max-address-sockets 2");
        let (first, _second) =
            (limits.acquire_connection(address(1)).unwrap(), limits.acquire_connection(address(1)).unwrap());
        assert!(limits.acquire_connection(address(1)).is_none());
        assert!(limits.acquire_connection(address(2)).is_some());
        drop(first);
        assert!(limits.acquire_connection(address(1)).is_some());
        assert_eq!(limits.connections.lock().len(), 1, "addresses without connections are forgotten");
    }

    #[test]
    fn all_connections_of_an_address_share_its_bytes() {
        let limits = limits("--address-bytes-per-second 1 --address-byte-burst 100");
        let (one, other) =
            (limits.acquire_connection(address(1)).unwrap(), limits.acquire_connection(address(1)).unwrap());
        let now = Instant::now();
        assert_eq!(one.take_bytes(60, now), Ok(()));
        assert_eq!(other.take_bytes(41, now), Err(1_000), "one byte too many");
        assert_eq!(limits.take_bytes(address(2), 100), Ok(()));
    }

    #[test]
    fn after_too_many_wrong_secrets_none_is_looked_at() {
        let limits = limits("--wrong-secrets-per-minute 2");
        (0..2).for_each(|_| {
            assert_eq!(limits.check_secret_attempt(address(1)), Ok(()));
            limits.record_wrong_secret(address(1));
        });
        assert!(limits.check_secret_attempt(address(1)).is_err_and(|ms| (1..=30_000).contains(&ms)));
        assert_eq!(limits.check_secret_attempt(address(2)), Ok(()));
    }

    #[test]
    fn zero_sets_no_limit() {
        let limits =
            limits("--max-address-sockets 0 --address-bytes-per-second 0 --wrong-secrets-per-minute 0");
        let connections: Vec<_> = (0..10_000).map_while(|_| limits.acquire_connection(address(1))).collect();
        assert_eq!(connections.len(), 10_000);
        assert_eq!(limits.take_bytes(address(1), usize::MAX), Ok(()));
        (0..1_000).for_each(|_| limits.record_wrong_secret(address(1)));
        assert_eq!(limits.check_secret_attempt(address(1)), Ok(()));
    }
}
