//! Bytes that wait for slow readers, bounded over all connections.
//!
//! A page that many were sent is counted once, however many of them have not taken it. What is a connection's own counts
//! while that connection waits for its peer.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

/// The budget of all connections; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct PendingBytes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// 0 sets no limit.
    limit: usize,
    shared: AtomicUsize,
    readers: Mutex<Readers>,
}

/// Connections that wait for their peers.
#[derive(Debug, Default)]
struct Readers {
    next: u64,
    /// The one that has waited longest comes first.
    waiting: BTreeMap<u64, Waiting>,
    own: usize,
    /// Bytes of connections that are being closed, and have not let go of them yet.
    leaving: usize,
}

#[derive(Debug)]
struct Waiting {
    own: usize,
    /// All that the connection holds on to, shared or not.
    held: usize,
    close: CancellationToken,
}

/// A connection that waits for its peer, until it is dropped.
#[derive(Debug)]
pub(crate) struct SlowReader {
    pending: PendingBytes,
    key: u64,
    close: CancellationToken,
}

/// Bytes that count for as long as any connection holds them.
struct Counted {
    bytes: Bytes,
    pending: PendingBytes,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.pending.0.shared.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

impl PendingBytes {
    /// At most `limit` bytes; 0 sets no limit.
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Inner { limit, shared: AtomicUsize::new(0), readers: Mutex::default() }))
    }

    /// Counts bytes that several connections share, once, until the last of them has let go.
    pub(crate) fn count(&self, bytes: Bytes) -> Bytes {
        self.0.shared.fetch_add(bytes.len(), Ordering::Relaxed);
        Bytes::from_owner(Counted { bytes, pending: self.clone() })
    }

    /// A connection begins to wait for its peer with so many bytes, `own` of which nobody shares. With too many bytes in
    /// all, those who have waited longest are closed first.
    pub(crate) fn wait(&self, own: usize, held: usize) -> SlowReader {
        let close = CancellationToken::new();
        let mut readers = self.lock();
        let key = readers.next;
        readers.next += 1;
        readers.own += own;
        readers.waiting.insert(key, Waiting { own, held, close: close.clone() });
        self.close_oldest(&mut readers);
        drop(readers);
        SlowReader { pending: self.clone(), key, close }
    }

    /// Bytes that wait now.
    fn bytes(&self, readers: &Readers) -> usize {
        self.0.shared.load(Ordering::Relaxed) + readers.own
    }

    fn close_oldest(&self, readers: &mut Readers) {
        let limit = self.0.limit;
        if limit == 0 {
            return;
        }
        let mut too_many = self.bytes(readers).saturating_sub(readers.leaving) > limit;
        for reader in readers.waiting.values() {
            if !too_many {
                return;
            }
            if !reader.close.is_cancelled() {
                reader.close.cancel();
                readers.leaving += reader.held;
                too_many = self.0.shared.load(Ordering::Relaxed) + readers.own
                    > limit.saturating_add(readers.leaving);
            }
        }
    }

    /// The others may still be too many: what this one shared may be held by them.
    fn leaves(&self, key: u64) {
        let mut readers = self.lock();
        let Some(Waiting { own, held, close }) = readers.waiting.remove(&key) else { return };
        readers.own -= own;
        if close.is_cancelled() {
            readers.leaving -= held;
        }
        self.close_oldest(&mut readers);
    }

    fn lock(&self) -> MutexGuard<'_, Readers> {
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SlowReader {
    /// Resolves when the connection is to be closed.
    pub(crate) async fn is_to_close(&self) {
        self.close.cancelled().await;
    }
}

impl Drop for SlowReader {
    fn drop(&mut self) {
        self.pending.leaves(self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(readers: &[&SlowReader]) -> Vec<bool> {
        readers.iter().map(|reader| reader.close.is_cancelled()).collect()
    }

    #[test]
    fn one_byte_too_many_closes_the_reader_that_has_waited_longest() {
        let pending = PendingBytes::new(100);
        let (first, second) = (pending.wait(50, 50), pending.wait(50, 50));
        assert_eq!(closed(&[&first, &second]), [false, false]);
        let third = pending.wait(1, 1);
        assert_eq!(closed(&[&first, &second, &third]), [true, false, false]);
        drop(first);
        let fourth = pending.wait(49, 49);
        assert_eq!(closed(&[&second, &third, &fourth]), [false; 3]);
    }

    #[test]
    fn shared_bytes_count_once_and_until_the_last_reader_is_gone() {
        let pending = PendingBytes::new(100);
        let page = pending.count(Bytes::from(vec![0; 100]));
        let copies: Vec<_> = (0..1_000).map(|_| page.clone()).collect();
        let readers: Vec<_> = copies.iter().map(|_| pending.wait(0, 100)).collect();
        assert!(readers.iter().all(|reader| !reader.close.is_cancelled()));
        let last = pending.wait(1, 101);
        assert_eq!(readers.iter().filter(|reader| reader.close.is_cancelled()).count(), 1);
        drop((page, copies, readers, last));
        assert_eq!(pending.bytes(&pending.lock()), 0);
    }

    #[test]
    fn closing_a_reader_that_shares_its_page_is_not_the_end_of_it() {
        let pending = PendingBytes::new(100);
        let page = pending.count(Bytes::from(vec![0; 101]));
        let (first, second) = (pending.wait(0, 101), pending.wait(0, 101));
        assert_eq!(closed(&[&first, &second]), [true, false]);
        // Its bytes are the second one's too.
        drop(first);
        assert_eq!(closed(&[&second]), [true]);
        drop((second, page));
        let third = pending.wait(100, 100);
        assert_eq!(closed(&[&third]), [false]);
    }

    #[test]
    fn zero_sets_no_limit() {
        let pending = PendingBytes::new(0);
        let reader = pending.wait(usize::MAX / 2, 0);
        assert_eq!(closed(&[&reader]), [false]);
    }
}
