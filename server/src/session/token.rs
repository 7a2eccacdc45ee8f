//! The secret in the cookie.

use sha2::{Digest, Sha256};

use crate::random::random_hex;

/// 32 random bytes as hexadecimal digits. Never logged; only its hash is stored.
pub struct Token(String);

impl Token {
    /// One that nobody can guess.
    pub(super) fn random() -> Self {
        Self(random_hex::<32>())
    }

    /// A token as it came in a cookie; anything but 64 hexadecimal digits is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let whole = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored. The token is random, so one round of SHA-256 is enough.
    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}
