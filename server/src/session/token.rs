//! The secret in the session's cookie.

use app::protocol::UserId;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::{FIRST_LIFETIME_MS, key::SigningKey};
use crate::random::{hex, random_bytes, random_hex};

/// The time of issue, in milliseconds since 1970.
const TIME_BYTES: usize = 6;
/// The signed part: the time of issue, and 12 random bytes that make tokens unguessable.
const SIGNED_BYTES: usize = 18;
/// How far another server's clock may be ahead.
const MAX_SKEW_MS: u64 = 60_000;

/// 32 bytes in hexadecimal digits. Never logged; only the hash is stored.
///
/// Tokens that are issued with a page are signed: 6 bytes of time, 12 random bytes, and the first 14 bytes of their HMAC-SHA-256.
/// The signature proves that this chat issued the token, so its session is stored only when it is used, and a token that an
/// attacker made up is no session. The person's id is derived from the token, so that a page and its WebSocket belong to the same
/// person. Other tokens are random, and their sessions are stored at once.
pub struct SessionToken(String);

impl SessionToken {
    pub(super) fn random() -> Self {
        Self(random_hex::<32>())
    }

    /// A signed token with the time of issue.
    pub(super) fn issue(key: &SigningKey, now_ms: u64) -> Self {
        let mut signed = [0; SIGNED_BYTES];
        let (time, random) = signed.split_at_mut(TIME_BYTES);
        time.copy_from_slice(&now_ms.to_be_bytes()[8 - TIME_BYTES..]);
        random.copy_from_slice(&random_bytes::<{ SIGNED_BYTES - TIME_BYTES }>());
        let tag = mac(key, b"token", &signed).finalize().into_bytes();
        Self(hex(&signed) + &hex(&tag[..32 - SIGNED_BYTES]))
    }

    /// Returns `None` for anything but 64 hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_valid = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_valid.then(|| Self(text.to_owned()))
    }

    /// Returns the person of a signed token that was issued less than `FIRST_LIFETIME_MS` ago, and `None` for all other tokens. A
    /// stored session lives at least that long, so a session that was swept does not come back.
    pub(super) fn verify(&self, key: &SigningKey, now_ms: u64) -> Option<UserId> {
        let bytes: Vec<u8> = (0..32).filter_map(|at| byte_at(&self.0, at)).collect();
        // Only lower-case digits are valid: the text is hashed, so another spelling would be another session.
        if hex(&bytes) != self.0 {
            return None;
        }
        let (signed, tag) = bytes.split_at_checked(SIGNED_BYTES)?;
        mac(key, b"token", signed).verify_truncated_left(tag).ok()?;
        let time_ms = signed.iter().take(TIME_BYTES).fold(0, |time, byte| time << 8 | u64::from(*byte));
        let is_fresh = time_ms <= now_ms + MAX_SKEW_MS && now_ms < time_ms + FIRST_LIFETIME_MS;
        let random = mac(key, b"person", signed).finalize().into_bytes();
        let random = random.first_chunk().filter(|_| is_fresh)?;
        Some(UserId(Builder::from_unix_timestamp_millis(time_ms, random).into_uuid()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash that is stored. One round of SHA-256 is enough, since the token is random.
    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// The purpose separates the uses of the key: a person's id is public and must reveal nothing about the token.
pub(super) fn mac(key: &SigningKey, purpose: &[u8], signed: &[u8]) -> Hmac<Sha256> {
    // HMAC pads a key that is shorter than a block with zeros (RFC 2104, section 2).
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    Hmac::<Sha256>::new(&block.into()).chain_update(purpose).chain_update(signed)
}

/// Returns the byte that two digits spell.
pub(super) fn byte_at(hex: &str, at: usize) -> Option<u8> {
    u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()
}
