//! What is to be written to one peer, in order: frames that are everybody's, and small ones of its own.

use std::{collections::VecDeque, io::IoSlice};

use bytes::{Buf, Bytes};

use super::frame::Frames;

/// Frames of fewer bytes are copied behind what stands before them: that costs less than one more part of a write.
const SMALL: usize = 1_024;
/// Bytes that wait for one peer. Empty, it has allocated nothing.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    /// The part that comes first: most often the only one.
    first: Bytes,
    /// In a box: there are hardly ever any, and a connection that sleeps holds the place for them.
    #[expect(clippy::box_collection, reason = "it is a third of the size")]
    more: Option<Box<VecDeque<Bytes>>>,
    /// Small frames behind the parts.
    small: Vec<u8>,
    bytes: usize,
    /// At most so many of the bytes are this peer's alone.
    own: usize,
}

impl Outgoing {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many of the bytes nobody shares, at most.
    pub(super) fn own_bytes(&self) -> usize {
        self.own.min(self.bytes)
    }

    /// Adds ready-made frames, sharing them.
    pub(super) fn add(&mut self, frames: Frames) {
        let frames = frames.into_bytes();
        if frames.len() < SMALL && !self.is_empty() {
            self.put(|small| small.extend_from_slice(&frames));
        } else if !frames.is_empty() {
            self.close_small();
            self.bytes += frames.len();
            self.push(frames);
        }
    }

    /// Adds what `put` adds to some bytes.
    pub(super) fn put(&mut self, put: impl FnOnce(&mut Vec<u8>)) {
        let before = self.small.len();
        put(&mut self.small);
        let added = self.small.len() - before;
        self.bytes += added;
        self.own += added;
    }

    /// All that waits, when it is in one piece.
    pub(super) fn only(&self) -> Option<&[u8]> {
        match (self.first.is_empty(), self.more.is_none(), self.small.is_empty()) {
            (true, true, false) => Some(&self.small),
            (false, true, true) => Some(&self.first),
            _ => None,
        }
    }

    /// The parts, as one write takes them.
    pub(super) fn slices(&mut self) -> impl Iterator<Item = IoSlice<'_>> {
        self.close_small();
        std::iter::once(&self.first)
            .chain(self.more.iter().flat_map(|more| more.iter()))
            .map(|part| IoSlice::new(part))
    }

    /// So many bytes were written.
    pub(super) fn written(&mut self, mut bytes: usize) {
        self.bytes -= bytes;
        if self.is_empty() {
            *self = Self::default();
            return;
        }
        self.close_small();
        while bytes >= self.first.len() {
            bytes -= self.first.len();
            self.first = self.next_part().unwrap_or_default();
            if self.first.is_empty() {
                return;
            }
        }
        self.first.advance(bytes);
    }

    fn push(&mut self, part: Bytes) {
        if self.first.is_empty() {
            self.first = part;
        } else {
            self.more.get_or_insert_default().push_back(part);
        }
    }

    fn next_part(&mut self) -> Option<Bytes> {
        let more = self.more.as_mut()?;
        let next = more.pop_front();
        if more.is_empty() {
            self.more = None;
        }
        next
    }

    fn close_small(&mut self) {
        if !self.small.is_empty() {
            let small = std::mem::take(&mut self.small);
            self.push(small.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(outgoing: &mut Outgoing) -> Vec<u8> {
        outgoing.slices().flat_map(|part| part.to_vec()).collect()
    }

    #[test]
    fn what_is_added_goes_out_in_order_whatever_is_written_at_once() {
        for step in [1, 2, 3, 5, 1_000_000] {
            let (large, mut outgoing, mut written) = ("L".repeat(SMALL), Outgoing::default(), Vec::new());
            outgoing.add(Frames::from(b"one".to_vec()));
            outgoing.put(|small| small.extend_from_slice(b"two"));
            outgoing.add(Frames::from(large.clone().into_bytes()));
            outgoing.add(Frames::from(b"three".to_vec()));
            outgoing.put(|small| small.extend_from_slice(b"four"));
            assert_eq!((outgoing.bytes(), outgoing.own_bytes()), (15 + SMALL, 12));
            while !outgoing.is_empty() {
                let now = all(&mut outgoing);
                let some = now.len().min(step);
                written.extend_from_slice(&now[..some]);
                outgoing.written(some);
            }
            assert_eq!(String::from_utf8(written).unwrap(), format!("onetwo{large}threefour"));
            assert_eq!((outgoing.more.is_none(), outgoing.small.capacity()), (true, 0));
        }
    }

    #[test]
    fn one_piece_is_handed_out_as_it_is() {
        let mut outgoing = Outgoing::default();
        assert_eq!(outgoing.only(), None);
        outgoing.put(|small| small.extend_from_slice(b"small"));
        assert_eq!(outgoing.only(), Some(&b"small"[..]));
        outgoing.written(2);
        assert_eq!(outgoing.only(), Some(&b"all"[..]));
        outgoing.add(Frames::from(vec![b'x'; SMALL]));
        assert_eq!(outgoing.only(), None);
        outgoing.written(3);
        assert_eq!(outgoing.only().map(<[u8]>::len), Some(SMALL));
        outgoing.written(SMALL);
        assert!(outgoing.is_empty() && outgoing.only().is_none());
    }
}
