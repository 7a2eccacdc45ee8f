//! The topics that a person wants at the top of their list, as a browser stores them.

use crate::protocol::TopicName;

/// Reads a stored list. Leaves out what is no name of a topic.
pub fn parse(stored: &str) -> Vec<TopicName> {
    stored.split_whitespace().filter_map(|name| name.parse().ok()).collect()
}

/// The list as it is stored: no name contains white space.
pub fn to_text(favourites: &[TopicName]) -> String {
    favourites.iter().map(TopicName::as_str).collect::<Vec<_>>().join(" ")
}

/// Adds a topic, or removes it if it is there.
pub fn toggle(favourites: &mut Vec<TopicName>, topic: &TopicName) {
    match favourites.iter().position(|favourite| favourite == topic) {
        Some(at) => drop(favourites.remove(at)),
        None => favourites.push(topic.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_list_is_read_back_without_what_is_no_name() {
        assert_eq!(to_text(&parse("rust tea-2\n NOT/a/name  lobby")), "rust tea-2 lobby");
        assert_eq!(parse(""), []);
        assert_eq!(to_text(&[]), "");
    }

    #[test]
    fn a_topic_is_added_once_and_removed_again() {
        let mut favourites = parse("rust lobby");
        for (topic, now) in [("tea", "rust lobby tea"), ("lobby", "rust tea"), ("tea", "rust")] {
            toggle(&mut favourites, &topic.parse().unwrap());
            assert_eq!(to_text(&favourites), now);
        }
    }
}
