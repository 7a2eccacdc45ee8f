//! The log's tables as SeaORM sees them.

pub(super) mod event;
pub(super) mod reaction;
pub(super) mod store;
pub(super) mod topic;
