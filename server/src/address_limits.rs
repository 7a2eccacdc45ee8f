//! Limits per client address, over WebSockets and HTTP: connections, bytes, and attempts at the access secret.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{
    config::Limits,
    rate_limiter::{KeyedRateLimiter, Rate},
    refusals::{self, RefusalCode},
};

/// The limits; cheap to clone. Addresses are those that [`crate::accept::limit_key`] returns.
#[derive(Clone)]
pub(crate) struct AddressLimits {
    bytes: KeyedRateLimiter<IpAddr>,
    wrong_secrets: KeyedRateLimiter<IpAddr>,
    connections: Arc<ConnectionCounts>,
}

struct ConnectionCounts {
    /// 0 means no limit.
    max: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// Counts a connection of an address until it is dropped.
pub(crate) struct AddressPermit {
    connections: Arc<ConnectionCounts>,
    bytes: KeyedRateLimiter<IpAddr>,
    address: IpAddr,
}

impl AddressLimits {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            bytes: KeyedRateLimiter::new(limits.address_bytes_per_second, limits.address_byte_burst),
            wrong_secrets: KeyedRateLimiter::with_rate(Rate::per_minute(limits.wrong_secrets_per_minute)),
            connections: Arc::new(ConnectionCounts {
                max: limits.max_address_sockets,
                open: Mutex::default(),
            }),
        }
    }

    /// Takes over the rates of other limits.
    pub(crate) fn set_rates(&self, limits: &Limits) {
        self.bytes.set_rate(Rate::new(limits.address_bytes_per_second, limits.address_byte_burst));
        self.wrong_secrets.set_rate(Rate::per_minute(limits.wrong_secrets_per_minute));
    }

    /// Counts one more connection. Returns `None` when the address has reached its limit.
    pub(crate) fn acquire_connection(&self, address: IpAddr) -> Option<AddressPermit> {
        if self.connections.max > 0 {
            let mut open = self.connections.open.lock();
            let of_address = open.entry(address).or_default();
            if *of_address >= self.connections.max {
                return None;
            }
            *of_address += 1;
        }
        Some(AddressPermit { connections: Arc::clone(&self.connections), bytes: self.bytes.clone(), address })
    }

    /// Takes `bytes` from the rate limit. Errors: the time until they are allowed, in milliseconds.
    pub(crate) fn take_bytes(&self, address: IpAddr, bytes: usize) -> Result<(), u64> {
        self.bytes.take_many(address, bytes, Instant::now())
    }

    /// Checks that an address may try a secret: after too many wrong ones none is compared. Errors: the time until it may, in
    /// milliseconds.
    pub(crate) fn check_secret_attempt(&self, address: IpAddr) -> Result<(), u64> {
        self.wrong_secrets.check(&address, Instant::now())
    }

    /// Counts a wrong secret, and reports it.
    pub(crate) fn record_wrong_secret(&self, address: IpAddr) {
        let _ = self.wrong_secrets.take(address, Instant::now());
        refusals::record_from(address, RefusalCode::WrongSecret, "not the access secret");
    }
}

impl AddressPermit {
    /// Like [`AddressLimits::take_bytes`], for this connection's address.
    pub(crate) fn take_bytes(&self, bytes: usize, now: Instant) -> Result<(), u64> {
        self.bytes.take_many(self.address, bytes, now)
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        if self.connections.max == 0 {
            return;
        }
        let mut open = self.connections.open.lock();
        if let Some(of_address) = open.get_mut(&self.address) {
            *of_address -= 1;
            if *of_address == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::{Cli, Command};

    fn limits(settings: &str) -> AddressLimits {
        AddressLimits::new(&parsed(settings))
    }

    fn parsed(settings: &str) -> Limits {
        let line = format!("chorus {settings}");
        let Command::Serve(settings) = Cli::try_parse_from(line.split(' ')).unwrap().into_command() else {
            panic!("{line} serves")
        };
        settings.limits
    }

    fn address(n: u8) -> IpAddr {
        [203, 0, 113, n].into()
    }

    #[test]
    fn a_connection_above_the_limit_is_refused_until_another_one_ends() {
        let limits = limits("--max-address-sockets 2");
        let (first, _second) =
            (limits.acquire_connection(address(1)).unwrap(), limits.acquire_connection(address(1)).unwrap());
        assert!(limits.acquire_connection(address(1)).is_none());
        assert!(limits.acquire_connection(address(2)).is_some());
        drop(first);
        assert!(limits.acquire_connection(address(1)).is_some());
        assert_eq!(limits.connections.open.lock().len(), 1, "addresses without connections are forgotten");
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
    fn after_too_many_wrong_secrets_none_is_compared() {
        let limits = limits("--wrong-secrets-per-minute 2");
        (0..2).for_each(|_| {
            assert_eq!(limits.check_secret_attempt(address(1)), Ok(()));
            limits.record_wrong_secret(address(1));
        });
        assert!(limits.check_secret_attempt(address(1)).is_err_and(|ms| (1..=30_000).contains(&ms)));
        assert_eq!(limits.check_secret_attempt(address(2)), Ok(()));
    }

    #[test]
    fn changed_rates_hold_for_open_connections() {
        let limits = limits("--address-bytes-per-second 0");
        let open = limits.acquire_connection(address(1)).unwrap();
        let now = Instant::now();
        assert_eq!(open.take_bytes(1_000, now), Ok(()));
        limits.set_rates(&parsed("--address-bytes-per-second 1 --address-byte-burst 100"));
        assert_eq!((open.take_bytes(100, now), open.take_bytes(1, now)), (Ok(()), Err(1_000)));
    }

    #[test]
    fn zero_means_no_limit() {
        let limits =
            limits("--max-address-sockets 0 --address-bytes-per-second 0 --wrong-secrets-per-minute 0");
        let connections: Vec<_> = (0..10_000).map_while(|_| limits.acquire_connection(address(1))).collect();
        assert_eq!(connections.len(), 10_000);
        assert_eq!(limits.take_bytes(address(1), usize::MAX), Ok(()));
        (0..1_000).for_each(|_| limits.record_wrong_secret(address(1)));
        assert_eq!(limits.check_secret_attempt(address(1)), Ok(()));
    }
}
