//! The bytes queued for one peer, in order: frames shared with other connections, and small ones of its own.

use std::{collections::VecDeque, io::IoSlice};

use bytes::{Buf, Bytes};

use super::frame::EncodedFrames;

/// Shared frames of fewer bytes are copied behind what is queued: a copy costs less than one more slice in a write.
const MAX_COPIED_BYTES: usize = 1_024;

/// The write queue of one connection. An empty queue has allocated nothing.
#[derive(Debug, Default)]
pub(super) struct WriteQueue {
    /// The part to write first, which is most often the only one.
    first: Bytes,
    /// The parts after the first. Boxed, since there are hardly ever any and every idle connection pays for the field.
    #[expect(clippy::box_collection, reason = "it is a third of the size")]
    more: Option<Box<VecDeque<Bytes>>>,
    /// Small frames behind the parts.
    tail: Vec<u8>,
    bytes: usize,
    /// Upper bound of the queued bytes that no other connection shares. The bound is not lowered by partial writes.
    unshared: usize,
}

impl WriteQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns an upper bound of the queued bytes that no other connection shares.
    pub(super) fn unshared_bytes(&self) -> usize {
        self.unshared.min(self.bytes)
    }

    /// Queues encoded frames, sharing their memory unless they are small.
    pub(super) fn push(&mut self, frames: EncodedFrames) {
        let frames = frames.into_bytes();
        if frames.len() < MAX_COPIED_BYTES && !self.is_empty() {
            self.append_with(|tail| tail.extend_from_slice(&frames));
        } else if !frames.is_empty() {
            self.seal_tail();
            self.bytes += frames.len();
            self.push_part(frames);
        }
    }

    /// Queues the bytes that `append` appends to the tail.
    pub(super) fn append_with(&mut self, append: impl FnOnce(&mut Vec<u8>)) {
        let before = self.tail.len();
        append(&mut self.tail);
        let added = self.tail.len() - before;
        self.bytes += added;
        self.unshared += added;
    }

    /// Returns the queued bytes if they are contiguous.
    pub(super) fn as_single_slice(&self) -> Option<&[u8]> {
        match (self.first.is_empty(), self.more.is_none(), self.tail.is_empty()) {
            (true, true, false) => Some(&self.tail),
            (false, true, true) => Some(&self.first),
            _ => None,
        }
    }

    /// Returns the queued parts for a vectored write.
    pub(super) fn io_slices(&mut self) -> impl Iterator<Item = IoSlice<'_>> {
        self.seal_tail();
        std::iter::once(&self.first)
            .chain(self.more.iter().flat_map(|more| more.iter()))
            .map(|part| IoSlice::new(part))
    }

    /// Removes the first `bytes` bytes, which were written.
    pub(super) fn advance(&mut self, mut bytes: usize) {
        self.bytes -= bytes;
        if self.is_empty() {
            *self = Self::default();
            return;
        }
        self.seal_tail();
        while bytes >= self.first.len() {
            bytes -= self.first.len();
            self.first = self.pop_part().unwrap_or_default();
            if self.first.is_empty() {
                return;
            }
        }
        self.first.advance(bytes);
    }

    fn push_part(&mut self, part: Bytes) {
        if self.first.is_empty() {
            self.first = part;
        } else {
            self.more.get_or_insert_default().push_back(part);
        }
    }

    fn pop_part(&mut self) -> Option<Bytes> {
        let more = self.more.as_mut()?;
        let next = more.pop_front();
        if more.is_empty() {
            self.more = None;
        }
        next
    }

    /// Turns the tail into a part, so that other parts can follow it.
    fn seal_tail(&mut self) {
        if !self.tail.is_empty() {
            let tail = std::mem::take(&mut self.tail);
            self.push_part(tail.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queued(outgoing: &mut WriteQueue) -> Vec<u8> {
        outgoing.io_slices().flat_map(|part| part.to_vec()).collect()
    }

    #[test]
    fn bytes_leave_in_order_however_many_are_written_at_once() {
        for step in [1, 2, 3, 5, 1_000_000] {
            let large = "L".repeat(MAX_COPIED_BYTES);
            let mut outgoing = WriteQueue::default();
            let mut written = Vec::new();
            outgoing.push(EncodedFrames::from(b"one".to_vec()));
            outgoing.append_with(|tail| tail.extend_from_slice(b"two"));
            outgoing.push(EncodedFrames::from(large.clone().into_bytes()));
            outgoing.push(EncodedFrames::from(b"three".to_vec()));
            outgoing.append_with(|tail| tail.extend_from_slice(b"four"));
            assert_eq!((outgoing.bytes(), outgoing.unshared_bytes()), (15 + MAX_COPIED_BYTES, 12));
            while !outgoing.is_empty() {
                let now = queued(&mut outgoing);
                let count = now.len().min(step);
                written.extend_from_slice(&now[..count]);
                outgoing.advance(count);
            }
            assert_eq!(String::from_utf8(written).unwrap(), format!("onetwo{large}threefour"));
            assert_eq!((outgoing.more.is_none(), outgoing.tail.capacity()), (true, 0));
        }
    }

    #[test]
    fn contiguous_bytes_are_one_slice() {
        let mut outgoing = WriteQueue::default();
        assert_eq!(outgoing.as_single_slice(), None);
        outgoing.append_with(|tail| tail.extend_from_slice(b"small"));
        assert_eq!(outgoing.as_single_slice(), Some(&b"small"[..]));
        outgoing.advance(2);
        assert_eq!(outgoing.as_single_slice(), Some(&b"all"[..]));
        outgoing.push(EncodedFrames::from(vec![b'x'; MAX_COPIED_BYTES]));
        assert_eq!(outgoing.as_single_slice(), None);
        outgoing.advance(3);
        assert_eq!(outgoing.as_single_slice().map(<[u8]>::len), Some(MAX_COPIED_BYTES));
        outgoing.advance(MAX_COPIED_BYTES);
        assert!(outgoing.is_empty() && outgoing.as_single_slice().is_none());
    }
}
