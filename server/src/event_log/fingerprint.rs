//! What makes a retry the same event: the first 16 bytes of the SHA-256 of its content.
//!
//! Kept while the text is, and removed when the text is replaced or removed: a short text can be guessed from its hash, and a key
//! would lie in the same file. From then on anything that comes under the draft is taken for a retry.

use app::protocol::AboutFields;
use sha2::{Digest, Sha256};

use super::{Action, NewEvent};

/// Those bytes.
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
        // A title stands on one line.
        Action::Describe { about, new, part } => hash
            .chain_update(b"\0about")
            .chain_update([u8::from(*new) | given(*part)])
            .chain_update(about.title())
            .chain_update(b"\n")
            .chain_update(about.description()),
    };
    let hash: [u8; 32] = hash.finalize().into();
    let mut fingerprint = [0; 16];
    fingerprint.copy_from_slice(&hash[..16]);
    fingerprint
}

/// Both parts count as nothing, as before a part could be left out: a retry across an update is the same event.
fn given(part: AboutFields) -> u8 {
    match part {
        AboutFields::Both => 0,
        AboutFields::Title => 2,
        AboutFields::Description => 4,
    }
}

/// A body holds no zero byte, so no message reads like a change.
fn numbers(a: u64, b: u64) -> [u8; 16] {
    (u128::from(a) << 64 | u128::from(b)).to_be_bytes()
}
