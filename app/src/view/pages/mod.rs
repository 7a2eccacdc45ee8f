//! Pages, composed of components. The browser loads the topic's page with the program and all others on demand.

mod access;
mod directory;
mod not_found;
mod other;
mod search;
mod topic;

use access::Access;
use directory::Directory;
use not_found::NotFound;
#[cfg(feature = "hydrate")]
pub use other::load;
pub(crate) use other::render as render_other_page;
use search::Search;
pub(crate) use topic::Topic;
