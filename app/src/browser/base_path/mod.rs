//! The path below which the page was served. Every address begins with it, and so do the names in the browser's storage, which all
//! chats of one origin share.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

use std::fmt::Arguments;

#[cfg(feature = "hydrate")]
pub(crate) use browser::base_path;
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::base_path;

use crate::protocol::TopicName;

/// Returns the address of a path of the server, or a name in the browser's storage.
pub(crate) fn address(path: Arguments<'_>) -> String {
    format!("{}{path}", base_path())
}

/// Returns the address of a topic.
pub(crate) fn topic_address(topic: &TopicName) -> String {
    address(format_args!("/t/{topic}"))
}

/// Returns the address of a message, with its fragment.
pub(crate) fn message_address(topic: &TopicName, seq: u64) -> String {
    address(format_args!("/t/{topic}/{seq}#m{seq}"))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::prelude::{Owner, provide_context};

    use super::*;
    use crate::page_data::BasePath;

    #[test]
    fn addresses_begin_with_the_path_that_the_server_provides() {
        let topic = "tea".parse().unwrap();
        for base in ["", "/chat"] {
            let addresses = Owner::new().with(|| {
                provide_context(BasePath::parse(base).unwrap());
                [address(format_args!("/search")), topic_address(&topic), message_address(&topic, 3)]
            });
            let expected = ["/search", "/t/tea", "/t/tea/3#m3"].map(|path| format!("{base}{path}"));
            assert_eq!(addresses, expected);
        }
    }
}
