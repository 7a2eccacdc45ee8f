//! The page's address: the topic, and perhaps a message, that it names. Moving between topics uses the History API and
//! does not load a new page.
//!
//! This replaces `leptos_router`, whose tree of typed routes would add much code for two kinds of addresses.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{push, watch};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{push, watch};

use super::base_path::base_path;
#[cfg(any(feature = "hydrate", test))]
use super::base_path::{message_address, topic_address};
use crate::protocol::TopicName;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) topic: TopicName,
    /// The `seq` of a message in it.
    pub(crate) message: Option<u64>,
}

impl Address {
    /// Parses the path of a URL. Returns `None` for the paths of other pages.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix(base_path().as_str())?.strip_prefix("/t/")?;
        let (topic, message) = match rest.split_once('/') {
            Some((topic, message)) => (topic, Some(message)),
            None => (rest, None),
        };
        let message = message.map(str::parse).transpose().ok()?;
        Some(Self { topic: topic.parse().ok()?, message })
    }

    /// The path, and the fragment of the message.
    #[cfg(any(feature = "hydrate", test))]
    pub(crate) fn href(&self) -> String {
        match self.message {
            Some(seq) => message_address(&self.topic, seq),
            None => topic_address(&self.topic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_path_names_a_topic_or_a_message_in_it() {
        let parsed = |path| Address::parse(path).map(|address| (address.topic.to_string(), address.message));
        assert_eq!(parsed("/t/lobby"), Some(("lobby".to_owned(), None)));
        assert_eq!(parsed("/t/lobby/43"), Some(("lobby".to_owned(), Some(43))));
        for path in ["/", "/t/", "/t/Lobby", "/t/lobby/x", "/t/lobby/feed.atom", "/api/v1/topics/lobby"] {
            assert_eq!(parsed(path), None, "{path}");
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn an_address_of_another_chat_names_no_topic() {
        use crate::page_data::BasePath;
        use leptos::prelude::{Owner, provide_context};

        Owner::new().with(|| {
            provide_context(BasePath::parse("/chat").unwrap());
            let address = Address::parse("/chat/t/lobby/43").unwrap();
            assert_eq!(address.href(), "/chat/t/lobby/43#m43");
            for path in ["/t/lobby", "/chat2/t/lobby", "/other/chat/t/lobby"] {
                assert_eq!(Address::parse(path), None, "{path}");
            }
        });
    }

    #[test]
    fn an_address_survives_formatting_and_parsing() {
        for path in ["/t/lobby", "/t/lobby/43"] {
            let href = Address::parse(path).unwrap().href();
            assert_eq!(Address::parse(href.split('#').next().unwrap()), Address::parse(path));
        }
    }
}
