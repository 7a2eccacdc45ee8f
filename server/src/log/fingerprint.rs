//! What makes a retry the same message: the first 16 bytes of the SHA-256 of its content.
//!
//! Kept beside the text, which later edits may change.

use sha2::{Digest, Sha256};

use super::NewMessage;

pub(super) fn fingerprint(message: &NewMessage) -> Vec<u8> {
    // A topic's name holds no zero byte, so the two parts cannot be taken for each other.
    let hash = Sha256::new()
        .chain_update(message.topic.as_str())
        .chain_update([0])
        .chain_update(&message.body)
        .finalize();
    hash[..16].to_vec()
}
