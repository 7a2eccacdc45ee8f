//! Asks the server for topics, over the HTTP API.

#[cfg(feature = "hydrate")]
mod browser;

#[cfg(feature = "hydrate")]
pub(crate) use browser::find;

/// Never called on the server.
#[cfg(not(feature = "hydrate"))]
pub(crate) async fn find(_words: &str) -> Option<Vec<crate::model::quick_switcher::FoundTopic>> {
    None
}
