//! The code that makes a person an owner: its expiry, random bytes and their HMAC, so that a command that only reads the
//! database can issue one for a running server.

use app::protocol::Timestamp;
use hmac::Mac;
use sha2::{Digest, Sha256};

use super::{
    key::SigningKey,
    token::{byte_at, mac},
};
use crate::random::{hex, random_bytes};

/// The path of the page on which a code is used.
pub const OWN_PATH: &str = "/own";
const LIFETIME_MS: u64 = 15 * 60 * 1_000;
const EXPIRY_BYTES: usize = 8;
const RANDOM_BYTES: usize = 16;
const SIGNED_BYTES: usize = EXPIRY_BYTES + RANDOM_BYTES;
const TAG_BYTES: usize = 16;
const PURPOSE: &[u8] = b"owner";

/// A code that this chat has issued and that has not expired.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OwnerCode {
    /// Stored when the code is used, so that it works once.
    pub(crate) hash: [u8; 32],
    pub(crate) expires_at: Timestamp,
}

pub(super) fn issue(key: &SigningKey, now_ms: u64) -> String {
    let mut signed = [0; SIGNED_BYTES];
    let (expiry, random) = signed.split_at_mut(EXPIRY_BYTES);
    expiry.copy_from_slice(&(now_ms + LIFETIME_MS).to_be_bytes());
    random.copy_from_slice(&random_bytes::<RANDOM_BYTES>());
    let tag = mac(key, PURPOSE, &signed).finalize().into_bytes();
    hex(&signed) + &hex(&tag[..TAG_BYTES])
}

pub(super) fn verify(key: &SigningKey, code: &str, now_ms: u64) -> Option<OwnerCode> {
    let bytes: Vec<u8> = (0..SIGNED_BYTES + TAG_BYTES).filter_map(|at| byte_at(code, at)).collect();
    // A shorter code would have a shorter tag, and another spelling another hash.
    if bytes.len() != SIGNED_BYTES + TAG_BYTES || hex(&bytes) != code {
        return None;
    }
    let (signed, tag) = bytes.split_at_checked(SIGNED_BYTES)?;
    mac(key, PURPOSE, signed).verify_truncated_left(tag).ok()?;
    let expires_at = u64::from_be_bytes(*signed.first_chunk()?);
    let is_valid = now_ms < expires_at;
    is_valid.then(|| OwnerCode { hash: Sha256::digest(code).into(), expires_at: Timestamp(expires_at) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: SigningKey = [7; 32];
    const NOW_MS: u64 = 1_795_374_123_045;

    #[test]
    fn a_code_is_valid_for_a_quarter_of_an_hour() {
        let code = issue(&KEY, NOW_MS);
        let expires_at = Timestamp(NOW_MS + LIFETIME_MS);
        assert_eq!(verify(&KEY, &code, expires_at.0 - 1).map(|code| code.expires_at), Some(expires_at));
        assert_eq!(verify(&KEY, &code, expires_at.0), None);
        assert_ne!(issue(&KEY, NOW_MS), code);
    }

    #[test]
    fn nothing_else_is_a_code() {
        let code = issue(&KEY, NOW_MS);
        assert_eq!(verify(&[8; 32], &code, NOW_MS), None, "of another chat");
        for length in 0..code.len() {
            assert_eq!(verify(&KEY, &code[..length], NOW_MS), None, "{length} digits");
        }
        for at in 0..code.len() {
            let digit = if &code[at..=at] == "0" { "1" } else { "0" };
            let forged = format!("{}{digit}{}", &code[..at], &code[at + 1..]);
            assert_eq!(verify(&KEY, &forged, NOW_MS), None, "{at}");
        }
        for other in [format!("{code}00"), format!("{code}é"), "é".repeat(40), "00".repeat(40)] {
            assert_eq!(verify(&KEY, &other, NOW_MS), None, "{other}");
        }
    }
}
