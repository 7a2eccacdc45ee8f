//! The door: with an access secret, only who gave it comes in.

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::session::{AccessProof, Session};

/// The door's rule; cheap to clone. A session holds the secret's fingerprint as proof, so another secret closes the door
/// again.
#[derive(Debug, Clone, Default)]
pub struct Access {
    proof: Option<AccessProof>,
}

impl Access {
    /// A door with this secret; without one it stands open.
    pub fn new(secret: Option<&str>) -> Self {
        Self { proof: secret.map(proof_of) }
    }

    /// Whether there is a secret at all.
    pub fn is_guarded(&self) -> bool {
        self.proof.is_some()
    }

    /// The proof to put into a session, if this is the secret. Takes as long for a near miss as for a far one.
    pub fn try_secret(&self, secret: &str) -> Option<AccessProof> {
        let given = proof_of(secret);
        self.proof.filter(|proof| same(proof, &given))
    }

    /// Whether whoever has this session, or gave this bearer token, may come in.
    pub fn admits(&self, session: Option<&Session>, bearer: Option<&str>) -> bool {
        let Some(proof) = &self.proof else { return true };
        let by_session =
            session.and_then(|session| session.access.as_ref()).is_some_and(|held| same(proof, held));
        by_session || bearer.is_some_and(|secret| same(proof, &proof_of(secret)))
    }
}

/// The bearer token of a request (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn proof_of(secret: &str) -> AccessProof {
    Sha256::digest(secret).into()
}

fn same(a: &AccessProof, b: &AccessProof) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::protocol::{Name, UserId};

    fn session(access: Option<AccessProof>) -> Session {
        Session { user: UserId(uuid::Uuid::nil()), name: Name::anonymous(), access, key: [0; 32] }
    }

    #[test]
    fn without_a_secret_the_door_stands_open() {
        assert!(Access::new(None).admits(None, None));
    }

    #[test]
    fn with_a_secret_a_session_or_a_bearer_token_opens_it() {
        let access = Access::new(Some("open sesame"));
        let proof = access.try_secret("open sesame").unwrap();
        assert!(access.admits(Some(&session(Some(proof))), None));
        assert!(access.admits(None, Some("open sesame")));
        assert!(!access.admits(Some(&session(None)), Some("open sesam")));
        assert_eq!(access.try_secret("open sesam"), None);
    }

    #[test]
    fn another_secret_closes_the_door_again() {
        let proof = Access::new(Some("open sesame")).try_secret("open sesame").unwrap();
        assert!(!Access::new(Some("close sesame")).admits(Some(&session(Some(proof))), None));
    }
}
