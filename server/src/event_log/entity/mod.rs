//! The log's tables as SeaORM sees them.

pub(crate) mod event;
pub(crate) mod mention;
pub(super) mod reaction;
pub(super) mod search_fill;
pub(super) mod store;
pub(crate) mod topic;
