//! Pages compose components. The topic's is what people chat on; a browser loads all others by themselves.

mod access;
mod directory;
mod not_found;
mod other;
mod search;
mod topic;

use access::Access;
use directory::Directory;
use not_found::NotFound;
pub(crate) use other::draw as draw_other;
#[cfg(feature = "hydrate")]
pub use other::load;
use search::Search;
pub(crate) use topic::Topic;
