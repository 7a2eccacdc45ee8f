//! Keeps refusals from flooding the log.

use std::{collections::HashMap, net::IpAddr, time::Duration};

use hashlink::LruCache;
use tokio::time::Instant;

use super::RefusalCode;
use crate::rate_limiter::{Bucket, Rate};

/// The time in which refusals of an address with the same code are logged once.
const REPEAT_INTERVAL: Duration = Duration::from_secs(10);
/// Addresses and codes that are remembered. Beyond, those logged least lately are forgotten.
const MAX_REMEMBERED: usize = 8_192;
/// Lines per second of all addresses together for each code, on average.
const LINES_PER_SECOND: u32 = 20;
/// Lines of all addresses at once, after a pause.
const LINE_BURST: u32 = 1_000;

/// Decides which refusals are logged.
pub(super) struct LogLimit {
    logged: LruCache<(IpAddr, RefusalCode), Instant>,
    /// A client with many addresses, as of an IPv6 network, must not fill the disk either. Each code has a bucket of its own, so that
    /// a flood of one kind does not hide the others.
    by_code: HashMap<RefusalCode, Bucket>,
}

impl LogLimit {
    pub(super) fn new() -> Self {
        Self { logged: LruCache::new(MAX_REMEMBERED), by_code: HashMap::new() }
    }

    pub(super) fn admits(&mut self, address: IpAddr, code: RefusalCode, now: Instant) -> bool {
        let key = (address, code);
        let is_repeated =
            self.logged.get(&key).is_some_and(|logged| now.duration_since(*logged) < REPEAT_INTERVAL);
        if is_repeated {
            return false;
        }
        let bucket = self.by_code.entry(code).or_insert_with(|| Bucket::full(rate(), now));
        if bucket.take(rate(), now).is_err() {
            return false;
        }
        self.logged.insert(key, now);
        true
    }
}

fn rate() -> Rate {
    Rate::new(LINES_PER_SECOND, LINE_BURST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(n).into()
    }

    #[test]
    fn an_address_has_a_line_for_each_code_in_ten_seconds() {
        let start = Instant::now();
        let mut limit = LogLimit::new();
        let mut admits =
            |n, code, seconds| limit.admits(address(n), code, start + Duration::from_secs(seconds));
        assert!(admits(1, RefusalCode::WrongSecret, 0));
        assert!(!admits(1, RefusalCode::WrongSecret, 9));
        assert!(admits(1, RefusalCode::Rate, 9), "another code");
        assert!(admits(2, RefusalCode::WrongSecret, 9), "another address");
        assert!(admits(1, RefusalCode::WrongSecret, 10));
        assert!(!admits(1, RefusalCode::WrongSecret, 19));
    }

    #[test]
    fn many_addresses_together_are_limited_too() {
        let start = Instant::now();
        let mut limit = LogLimit::new();
        let mut flood = |from: u32, now| {
            (from..from + 100_000).filter(|n| limit.admits(address(*n), RefusalCode::Rate, now)).count()
        };
        assert_eq!(flood(0, start), LINE_BURST as usize);
        assert_eq!(flood(200_000, start + Duration::from_secs(1)), LINES_PER_SECOND as usize);
        assert!(
            limit.admits(address(1), RefusalCode::WrongSecret, start),
            "a flood of another code hides nothing"
        );
        assert!(limit.logged.len() <= MAX_REMEMBERED);
    }
}
