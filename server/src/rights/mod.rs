//! People's rights: one place decides what a person may do in a topic and in the house, and every door asks it.
//!
//! `decide` is a pure function; its table is `docs/RIGHTS.md`, which the tests compare with it. A permit of [`Rights`] is a value that
//! nothing else can make: the log's reader demands a [`Readable`] or a [`ReadScope`], and a new event a [`Writable`]. A door that
//! forgets to ask does not compile.

mod decide;
mod denied;
mod door;
mod permission;
mod permit;
mod person;
mod policy;
mod service;
mod store;
mod topic;

pub use denied::{Denied, Refusal};
pub use door::Door;
pub use permission::{HousePermission, Permission};
pub use permit::{HousePermit, ReadScope, Readable, Writable};
pub use person::{Person, Role, Standing, StandingChange};
pub use policy::{Audience, Policy};
pub use service::Rights;
pub(crate) use store::{
    Act, AuditEntry, ChangeError, Changed, ListedPerson, MAX_REASON_CHARS, NetworkBan, NetworkChange,
    RightsStore, StoredChange,
};
pub use topic::{Inviters, Place, TopicRights, TopicState, Visibility};

#[cfg(test)]
mod tests;
