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

/// Returns a UUID of version 7, or a random one if the clock shows a time before 1970, which version 7 cannot express.
fn fresh() -> Uuid {
    #[cfg(not(target_family = "wasm"))]
    if std::time::SystemTime::UNIX_EPOCH.elapsed().is_err() {
        return Uuid::new_v4();
    }
    Uuid::now_v7()
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
