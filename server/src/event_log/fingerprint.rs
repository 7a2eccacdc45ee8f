//! The fingerprint of an event recognises a retry: the first 16 bytes of the SHA-256 of its content.
//!
//! It is erased together with the text, when that is replaced or deleted: a short text can be guessed from its hash, and the key
//! of a keyed hash would be in the same file. From then on every event with the same draft counts as a retry.

use app::protocol::AboutFields;
use sha2::{Digest, Sha256};

use super::{Action, NewEvent};

pub(super) type Fingerprint = [u8; 16];

pub(super) fn fingerprint(event: &NewEvent) -> Fingerprint {
    // A topic's name holds no zero byte, so the two parts cannot be taken for each other.
    let hash = Sha256::new().chain_update(event.topic.as_str()).chain_update([0]);
    let hash = match &event.action {
        Action::Publish { body, reply_to: None } => hash.chain_update(body),
        Action::Publish { body, reply_to: Some(seq) } => {
            hash.chain_update(b"\0reply").chain_update(seq.to_be_bytes()).chain_update(body)
        }
        Action::Edit { message, revision, body } => {
            hash.chain_update(b"\0edit").chain_update(numbers(*message, *revision)).chain_update(body)
        }
        Action::Delete { message, revision } => {
            hash.chain_update(b"\0deletion").chain_update(numbers(*message, *revision))
        }
        Action::React { message, emoji, on } => hash
            .chain_update(b"\0reaction")
            .chain_update(numbers(*message, u64::from(*on)))
            .chain_update(emoji.as_str()),
        // A title has no line break, so the two parts cannot be taken for each other.
        Action::Describe { about, new, part } => hash
            .chain_update(b"\0about")
            .chain_update([u8::from(*new) | part_bits(*part)])
            .chain_update(about.title())
            .chain_update(b"\n")
            .chain_update(about.description()),
    };
    let hash: [u8; 32] = hash.finalize().into();
    let mut fingerprint = [0; 16];
    fingerprint.copy_from_slice(&hash[..16]);
    fingerprint
}

/// Both parts have no bits, so that the fingerprint is that of versions in which no part could be left out: a retry across an
/// update is recognised.
fn part_bits(part: AboutFields) -> u8 {
    match part {
        AboutFields::Both => 0,
        AboutFields::Title => 2,
        AboutFields::Description => 4,
    }
}

/// Encodes two numbers. The tags before them begin with a zero byte, which no text contains: no message has the fingerprint
/// of a change.
fn numbers(a: u64, b: u64) -> [u8; 16] {
    (u128::from(a) << 64 | u128::from(b)).to_be_bytes()
}
