//! The SeaORM entities of the log's tables.

pub(crate) mod event;
pub(crate) mod mention;
pub(super) mod reaction;
pub(super) mod search_fill;
pub(crate) mod store;
pub(crate) mod topic;
