//! The `ref` of a socket's request, which its answer repeats.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReferenceKind {
    /// An attempt to send a draft.
    Draft,
    /// Other content under a used draft.
    Conflict,
    Subscribe,
    Search,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference {
    pub(crate) kind: ReferenceKind,
    /// The topic's index.
    pub(crate) topic: usize,
    /// The index of the draft, or the number of the search.
    pub(crate) index: usize,
}

/// Bits of the index. All three fit into 53 bits, the precision of a JSON number.
const INDEX_BITS: u32 = 40;
const TOPIC_BITS: u32 = 8;

impl From<Reference> for u64 {
    fn from(Reference { kind, topic, index }: Reference) -> Self {
        (kind as Self) << (INDEX_BITS + TOPIC_BITS) | (topic as Self) << INDEX_BITS | index as Self
    }
}

impl From<u64> for Reference {
    fn from(reference: u64) -> Self {
        let kind = match reference >> (INDEX_BITS + TOPIC_BITS) {
            0 => ReferenceKind::Draft,
            1 => ReferenceKind::Conflict,
            2 => ReferenceKind::Subscribe,
            _ => ReferenceKind::Search,
        };
        let topic = (reference >> INDEX_BITS) & ((1 << TOPIC_BITS) - 1);
        Self { kind, topic: topic as usize, index: (reference & ((1 << INDEX_BITS) - 1)) as usize }
    }
}
