//! Ids that are derived from those of another chat.

use sha1::{Digest, Sha1};
use uuid::{Builder, Uuid};

/// The name space of all ids of imports. Another one would have a repeated import store everything twice.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f0c_8f5a_6a4e_4f0b_9a55_3d9b_1c7e_2d41);

/// Returns the id of a person, a topic or an event of another chat. No session has such an id: theirs are random.
pub(super) fn id_of(key: &str) -> Uuid {
    version_5(NAMESPACE, key)
}

/// A UUID by name (RFC 9562, section 5.5).
fn version_5(namespace: Uuid, name: &str) -> Uuid {
    let mut hash = Sha1::new();
    hash.update(namespace.as_bytes());
    hash.update(name.as_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    Builder::from_sha1_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_that_of_the_standard_and_never_changes() {
        let dns = Uuid::parse_str("6ba7b810-9dad-11d1-80b4-00c04fd430c8").unwrap();
        // RFC 9562, appendix A.4.
        assert_eq!(version_5(dns, "www.example.com").to_string(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
        assert_eq!(id_of("a"), id_of("a"));
        assert_ne!(id_of("a"), id_of("b"));
    }
}
