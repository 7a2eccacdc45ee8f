//! Pages compose components.

mod access;
mod not_found;
mod topic;

pub(crate) use access::Access;
pub(crate) use not_found::NotFound;
pub(crate) use topic::Topic;
