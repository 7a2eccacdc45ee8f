//! The secret in the cookie.

use app::protocol::UserId;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Builder;

use super::{FIRST_LIFE_MS, key::Key};
use crate::random::{hex, random_bytes, random_hex};

/// Bytes of the time of issue, in milliseconds since 1970.
const TIME: usize = 6;
/// Bytes that are signed: the time of issue, and 12 random bytes that keep tokens from being guessed.
const SIGNED: usize = 18;
/// By how much another server's clock may be ahead.
const SKEW_MS: u64 = 60_000;

/// 32 bytes as hexadecimal digits. Never logged; only its hash is stored.
///
/// A page's token is signed: 6 bytes of time, 12 random bytes, and the first 14 bytes of their HMAC-SHA-256. It proves that
/// this chat issued it, so its session need not be stored before it is used; a token that an attacker made up is no session.
/// Its person follows from it, so that a page and its socket are the same person. Other tokens are random, and stored when
/// they are handed out.
pub struct Token(String);

impl Token {
    /// One that nobody can guess.
    pub(super) fn random() -> Self {
        Self(random_hex::<32>())
    }

    /// One that proves when it was issued.
    pub(super) fn issued(key: &Key, now_ms: u64) -> Self {
        let mut signed = [0; SIGNED];
        let (time, random) = signed.split_at_mut(TIME);
        time.copy_from_slice(&now_ms.to_be_bytes()[8 - TIME..]);
        random.copy_from_slice(&random_bytes::<{ SIGNED - TIME }>());
        let tag = mac(key, b"token", &signed).finalize().into_bytes();
        Self(hex(&signed) + &hex(&tag[..32 - SIGNED]))
    }

    /// A token as it came in a cookie; anything but 64 hexadecimal digits is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let whole = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then(|| Self(text.to_owned()))
    }

    /// The person of a token that this chat issued less than a first life ago. `None` for all others: a stored session
    /// lives longer than that, so one that was swept does not come back.
    pub(super) fn person(&self, key: &Key, now_ms: u64) -> Option<UserId> {
        let bytes: Vec<u8> = (0..32).filter_map(|at| byte_at(&self.0, at)).collect();
        // One token has one spelling, since its text is what is hashed.
        if hex(&bytes) != self.0 {
            return None;
        }
        let (signed, tag) = bytes.split_at_checked(SIGNED)?;
        mac(key, b"token", signed).verify_truncated_left(tag).ok()?;
        let time = signed.iter().take(TIME).fold(0, |time, byte| time << 8 | u64::from(*byte));
        let fresh = time <= now_ms + SKEW_MS && now_ms < time + FIRST_LIFE_MS;
        let random = mac(key, b"person", signed).finalize().into_bytes();
        let random = random.first_chunk().filter(|_| fresh)?;
        Some(UserId(Builder::from_unix_timestamp_millis(time, random).into_uuid()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored. The token is random, so one round of SHA-256 is enough.
    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// Of two purposes, neither says anything about the other: a person's id is public, a token is not.
fn mac(key: &Key, purpose: &[u8], signed: &[u8]) -> Hmac<Sha256> {
    // A key that is shorter than a block is padded with zeros (RFC 2104, section 2).
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    Hmac::<Sha256>::new(&block.into()).chain_update(purpose).chain_update(signed)
}

fn byte_at(hex: &str, at: usize) -> Option<u8> {
    u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()
}
