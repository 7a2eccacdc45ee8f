//! A budget for the bytes that are queued for slow readers, over all connections.
//!
//! Bytes shared by many connections, such as a page of messages, count once, for as long as any of them holds them. Bytes
//! that belong to one connection count while it waits for its peer.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

/// The budget; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct PendingBytes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// In bytes; 0 means no limit.
    limit: usize,
    shared: AtomicUsize,
    readers: Mutex<Readers>,
}

/// The connections that wait for their peers.
#[derive(Debug, Default)]
struct Readers {
    next_key: u64,
    /// By key, so the one that has waited longest comes first.
    waiting: BTreeMap<u64, Waiting>,
    /// Unshared bytes of all that wait.
    unshared: usize,
    /// Bytes held by connections that were asked to close and are not gone yet.
    closing: usize,
}

#[derive(Debug)]
struct Waiting {
    unshared: usize,
    /// All bytes that the connection holds, shared or not.
    held: usize,
    close: CancellationToken,
}

/// Registers a connection as waiting for its peer until this guard is dropped.
#[derive(Debug)]
pub(crate) struct SlowReader {
    pending: PendingBytes,
    key: u64,
    close: CancellationToken,
}

/// Bytes that count until the last clone is dropped.
struct SharedBytes {
    bytes: Bytes,
    pending: PendingBytes,
}

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for SharedBytes {
    fn drop(&mut self) {
        self.pending.0.shared.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

impl PendingBytes {
    /// Creates a budget of `limit` bytes; 0 means no limit.
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Inner { limit, shared: AtomicUsize::new(0), readers: Mutex::default() }))
    }

    /// Counts bytes that several connections share, once, until the last clone is dropped.
    pub(crate) fn track_shared(&self, bytes: Bytes) -> Bytes {
        self.0.shared.fetch_add(bytes.len(), Ordering::Relaxed);
        Bytes::from_owner(SharedBytes { bytes, pending: self.clone() })
    }

    /// Registers a connection that waits for its peer with `held` bytes, `unshared` of which no other connection shares. If
    /// this exceeds the budget, the connections that have waited longest are asked to close.
    pub(crate) fn begin_wait(&self, unshared: usize, held: usize) -> SlowReader {
        let close = CancellationToken::new();
        let mut readers = self.0.readers.lock();
        let key = readers.next_key;
        readers.next_key += 1;
        readers.unshared += unshared;
        readers.waiting.insert(key, Waiting { unshared, held, close: close.clone() });
        self.close_oldest(&mut readers);
        drop(readers);
        SlowReader { pending: self.clone(), key, close }
    }

    /// Returns the bytes that count now.
    pub(crate) fn total(&self) -> usize {
        self.bytes(&self.0.readers.lock())
    }

    /// Returns the number of connections that wait for their peers.
    pub(crate) fn readers(&self) -> usize {
        self.0.readers.lock().waiting.len()
    }

    /// The bytes that count now.
    fn bytes(&self, readers: &Readers) -> usize {
        self.bytes_with(readers.unshared)
    }

    fn bytes_with(&self, unshared: usize) -> usize {
        self.0.shared.load(Ordering::Relaxed) + unshared
    }

    fn close_oldest(&self, readers: &mut Readers) {
        let limit = self.0.limit;
        if limit == 0 {
            return;
        }
        // Bytes of closing connections count as freed already, or one burst would close everyone.
        let mut is_exceeded = self.bytes(readers).saturating_sub(readers.closing) > limit;
        for reader in readers.waiting.values() {
            if !is_exceeded {
                return;
            }
            if !reader.close.is_cancelled() {
                reader.close.cancel();
                readers.closing += reader.held;
                is_exceeded = self.bytes_with(readers.unshared) > limit.saturating_add(readers.closing);
            }
        }
    }

    fn end_wait(&self, key: u64) {
        let mut readers = self.0.readers.lock();
        let Some(Waiting { unshared, held, close }) = readers.waiting.remove(&key) else { return };
        readers.unshared -= unshared;
        if close.is_cancelled() {
            readers.closing -= held;
        }
        // Shared bytes that this connection held may be held by others too, so the budget may still be exceeded.
        self.close_oldest(&mut readers);
    }
}

impl SlowReader {
    /// Resolves when the connection has to be closed, since the budget is exceeded.
    pub(crate) async fn must_close(&self) {
        self.close.cancelled().await;
    }
}

impl Drop for SlowReader {
    fn drop(&mut self) {
        self.pending.end_wait(self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closing(readers: &[&SlowReader]) -> Vec<bool> {
        readers.iter().map(|reader| reader.close.is_cancelled()).collect()
    }

    #[test]
    fn exceeding_the_budget_closes_the_reader_that_has_waited_longest() {
        let pending = PendingBytes::new(100);
        let first = pending.begin_wait(50, 50);
        let second = pending.begin_wait(50, 50);
        assert_eq!(closing(&[&first, &second]), [false, false]);
        let third = pending.begin_wait(1, 1);
        assert_eq!(closing(&[&first, &second, &third]), [true, false, false]);
        drop(first);
        let fourth = pending.begin_wait(49, 49);
        assert_eq!(closing(&[&second, &third, &fourth]), [false; 3]);
    }

    #[test]
    fn shared_bytes_count_once_until_the_last_reader_is_gone() {
        let pending = PendingBytes::new(100);
        let page = pending.track_shared(Bytes::from(vec![0; 100]));
        let copies: Vec<_> = (0..1_000).map(|_| page.clone()).collect();
        let readers: Vec<_> = copies.iter().map(|_| pending.begin_wait(0, 100)).collect();
        assert!(readers.iter().all(|reader| !reader.close.is_cancelled()));
        let last = pending.begin_wait(1, 101);
        assert_eq!(readers.iter().filter(|reader| reader.close.is_cancelled()).count(), 1);
        drop((page, copies, readers, last));
        assert_eq!(pending.bytes(&pending.0.readers.lock()), 0);
    }

    #[test]
    fn closing_one_of_two_readers_of_a_shared_page_frees_nothing() {
        let pending = PendingBytes::new(100);
        let page = pending.track_shared(Bytes::from(vec![0; 101]));
        let first = pending.begin_wait(0, 101);
        let second = pending.begin_wait(0, 101);
        assert_eq!(closing(&[&first, &second]), [true, false]);
        // The second reader still holds the page.
        drop(first);
        assert_eq!(closing(&[&second]), [true]);
        drop((second, page));
        let third = pending.begin_wait(100, 100);
        assert_eq!(closing(&[&third]), [false]);
    }

    #[test]
    fn a_limit_of_zero_means_no_limit() {
        let pending = PendingBytes::new(0);
        let reader = pending.begin_wait(usize::MAX / 2, 0);
        assert_eq!(closing(&[&reader]), [false]);
    }
}
