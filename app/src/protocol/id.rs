//! Opaque ids.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Creates a new id. Ids sort by the time of their creation (RFC 9562, section 5.7), so a store inserts them faster
            /// than random ones.
            pub fn fresh() -> Self {
                Self(fresh())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id! {
    /// A person, for the lifetime of their session: a UUIDv7.
    UserId
}

uuid_id! {
    /// One connection of one client: a UUIDv7.
    ConnectionId
}

uuid_id! {
    /// The client's id for a message or a change, made before the first attempt to send it. A retry with the same
    /// id is stored once: `(author, draft)` is unique for ever.
    DraftId
}

/// Returns a UUID of version 7. A browser's time before 1970 counts as 1970.
#[cfg(target_family = "wasm")]
fn fresh() -> Uuid {
    Uuid::now_v7()
}

#[cfg(not(target_family = "wasm"))]
fn fresh() -> Uuid {
    fresh_at(std::time::SystemTime::now())
}

/// Returns a UUID of version 7, or a random one if the clock shows a time before 1970, which version 7 cannot express.
#[cfg(not(target_family = "wasm"))]
fn fresh_at(clock: std::time::SystemTime) -> Uuid {
    if clock < std::time::SystemTime::UNIX_EPOCH { Uuid::new_v4() } else { Uuid::now_v7() }
}

/// The history of a topic that a `seq` belongs to. Restoring a backup starts a new epoch, and positions of the
/// old one become invalid.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Epoch(pub String);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn an_id_is_random_while_the_clock_is_before_1970() {
        let epoch = SystemTime::UNIX_EPOCH;
        let year = Duration::from_secs(365 * 24 * 60 * 60);
        for (clock, version) in
            [(epoch - year, 4), (epoch - Duration::from_nanos(1), 4), (epoch, 7), (epoch + 50 * year, 7)]
        {
            assert_eq!(fresh_at(clock).get_version_num(), version, "{clock:?}");
            assert_ne!(fresh_at(clock), fresh_at(clock), "{clock:?}");
        }
    }
}
