//! Access control by one secret that all users share (the setting `access-secret`).

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::session::{AccessProof, Session};

/// Decides who may enter; clones share the secret. A session that was granted access stores the secret's hash as proof, so changing
/// the secret revokes the access of all sessions.
#[derive(Debug, Clone, Default)]
pub struct Access {
    proof: Arc<RwLock<Option<AccessProof>>>,
}

impl Access {
    /// `None` lets everybody in.
    pub fn new(secret: Option<&str>) -> Self {
        Self { proof: Arc::new(RwLock::new(secret.map(hash))) }
    }

    /// Changes the secret for all clones.
    pub(crate) fn replace(&self, secret: Option<&str>) {
        *self.proof.write() = secret.map(hash);
    }

    fn proof(&self) -> Option<AccessProof> {
        *self.proof.read()
    }

    /// Whether the server has an access secret.
    pub fn has_secret(&self) -> bool {
        self.proof().is_some()
    }

    /// Returns the proof to store in the session, or `None` if `secret` is wrong. Compares in constant time.
    pub fn verify_secret(&self, secret: &str) -> Option<AccessProof> {
        let given = hash(secret);
        self.proof().filter(|proof| constant_time_eq(proof, &given))
    }

    /// Whether a caller with this session or this bearer token may enter.
    pub fn allows(&self, session: Option<&Session>, bearer: Option<&str>) -> bool {
        let Some(proof) = self.proof() else { return true };
        let by_session = session
            .and_then(|session| session.access.as_ref())
            .is_some_and(|held| constant_time_eq(&proof, held));
        by_session || bearer.is_some_and(|secret| constant_time_eq(&proof, &hash(secret)))
    }
}

/// Returns the bearer token of a request (RFC 6750, section 2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn hash(secret: &str) -> AccessProof {
    Sha256::digest(secret).into()
}

fn constant_time_eq(a: &AccessProof, b: &AccessProof) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{rights::Person, session::ReadAt};
    use app::protocol::{Name, UserId};
    use axum::http::HeaderValue;

    fn session(access: Option<AccessProof>) -> Session {
        let person = Person::stranger();
        let user = UserId(uuid::Uuid::nil());
        Session { user, name: Name::anonymous(), access, person, read_at: ReadAt::now(), key: [0; 32] }
    }

    #[test]
    fn without_a_secret_everybody_may_enter() {
        assert!(Access::new(None).allows(None, None));
    }

    #[test]
    fn with_a_secret_a_session_or_a_bearer_token_grants_access() {
        let access = Access::new(Some("open sesame"));
        let proof = access.verify_secret("open sesame").unwrap();
        assert!(access.allows(Some(&session(Some(proof))), None));
        assert!(access.allows(None, Some("open sesame")));
        assert!(!access.allows(Some(&session(None)), Some("open sesam")));
        assert_eq!(access.verify_secret("open sesam"), None);
    }

    #[test]
    fn a_bearer_token_follows_its_scheme_in_any_case() {
        for (value, token) in [
            ("Bearer open-sesame", Some("open-sesame")),
            ("bearer open-sesame", Some("open-sesame")),
            ("BEARER open-sesame", Some("open-sesame")),
            ("Bearer   open-sesame  ", Some("open-sesame")),
            ("Bearer open sesame", Some("open sesame")),
            ("Bearer ", Some("")),
            ("Bearer", None),
            ("", None),
            (" Bearer open-sesame", None),
            ("Bearers open-sesame", None),
            ("Basic open-sesame", None),
            ("open-sesame", None),
            ("Bearer öffne-dich", None),
        ] {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
            assert_eq!(bearer(&headers), token, "{headers:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn a_replaced_secret_holds_for_all_clones() {
        let access = Access::new(Some("open sesame"));
        let clone = access.clone();
        access.replace(Some("close sesame"));
        assert!(clone.allows(None, Some("close sesame")) && !clone.allows(None, Some("open sesame")));
        access.replace(None);
        assert!(clone.allows(None, None) && !clone.has_secret());
    }

    #[test]
    fn changing_the_secret_revokes_access() {
        let proof = Access::new(Some("open sesame")).verify_secret("open sesame").unwrap();
        assert!(!Access::new(Some("close sesame")).allows(Some(&session(Some(proof))), None));
    }
}
