//! The fingerprint of an event recognises a retry: the first 16 bytes of the SHA-256 of its content.
//!
//! It is removed together with the text, when that is replaced or deleted: a short text can be guessed from its hash, and the key
//! of a keyed hash would be in the same file. From then on every event with the same draft counts as a retry.

use app::protocol::{AboutChange, AboutFields, Action, TopicName};
use sha2::{Digest, Sha256};

use super::NewEvent;

pub(super) type Fingerprint = [u8; 16];

pub(super) fn fingerprint(event: &NewEvent) -> Fingerprint {
    fingerprint_of(&event.topic, &event.action)
}

pub(super) fn fingerprint_of(topic: &TopicName, action: &Action) -> Fingerprint {
    // A topic's name holds no zero byte, so the two parts cannot be taken for each other.
    let hash = Sha256::new().chain_update(topic.as_str()).chain_update([0]);
    let hash = match action {
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
        Action::Describe { change: AboutChange { about, part }, new } => hash
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

#[cfg(test)]
mod tests {
    use app::protocol::{About, Author, DraftId, Emoji, Name, UserId};
    use uuid::Uuid;

    use super::*;

    fn hex(action: Action) -> String {
        let author = Author { user: UserId(Uuid::nil()), name: Name::anonymous(), unverified: false };
        let event = NewEvent::unchecked("lobby".parse().unwrap(), author, DraftId::fresh(), action);
        fingerprint(&event).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Databases hold fingerprints of earlier versions. The expected ones were computed with Python's `hashlib`.
    #[test]
    fn fingerprints_are_those_of_earlier_versions() {
        let body = || "hi".to_owned();
        let emoji = || Emoji::try_from("👍".to_owned()).unwrap();
        let describe = |title, description, new, part| {
            let about = About::parse(title, description).unwrap();
            Action::Describe { change: AboutChange { about, part }, new }
        };
        for (action, expected) in [
            (Action::Publish { body: body(), reply_to: None }, "24dc93a3a37244507d5bacb168855a75"),
            (Action::Publish { body: body(), reply_to: Some(7) }, "a6d36fcc92e5f9a3ccfcdf4151867822"),
            (Action::Edit { message: 1, revision: 2, body: body() }, "29f70c257f72cda0ff8ffc859a4c07db"),
            (Action::Delete { message: 1, revision: 2 }, "77ee220fc54bb7839facd08e81475075"),
            (Action::React { message: 1, emoji: emoji(), on: true }, "af3a60cce2ce0ac58441d6089956b90d"),
            (Action::React { message: 1, emoji: emoji(), on: false }, "7eb10eb50b0d3873b72bdf9a780c9ef8"),
            (describe("T", "D", true, AboutFields::Both), "adfc056d4c1e1d453caf72dd990e3b2b"),
            (describe("T", "D", false, AboutFields::Both), "7a7ab9bb73690b6882809eaebaf38c7a"),
            (describe("T", "", false, AboutFields::Title), "096b89aa24d3bf666e0498a6484973b8"),
            (describe("", "D", false, AboutFields::Description), "b91fd0bfa08226a66ebb760e28df0c01"),
        ] {
            assert_eq!(hex(action.clone()), expected, "{action:?}");
        }
    }
}
