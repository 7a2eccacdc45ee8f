//! Counts of unread messages.

use crate::protocol::{Epoch, Follow, Membership, TopicName};

/// Whether a topic has something for the person: a muted one only if it mentions them.
pub(crate) fn has_unread(membership: &Membership) -> bool {
    membership.mentions > 0 || (membership.follow == Follow::Following && membership.unread() > 0)
}

/// The number of unread messages outside of what the person is looking at: mentions if there are any, else unread
/// messages.
pub(super) fn count_elsewhere(all: &[Membership], current: &TopicName, seen: bool) -> u64 {
    let unseen =
        all.iter().filter(|membership| has_unread(membership) && !(seen && membership.topic == *current));
    let (mentions, unread) = unseen.fold((0, 0), |(mentions, unread), membership| {
        let counts = membership.follow == Follow::Following;
        (mentions + membership.mentions, unread + if counts { membership.unread() } else { 0 })
    });
    if mentions > 0 { mentions } else { unread }
}

/// Larger counts are shown as `99+`.
const MAX_COUNTED: u64 = 99;

/// A title with the count before it.
pub(crate) fn with_unread_count(unread: u64, title: &str) -> String {
    match unread {
        0 => title.to_owned(),
        1..=MAX_COUNTED => format!("({unread}) {title}"),
        _ => format!("({MAX_COUNTED}+) {title}"),
    }
}

/// The memberships, with an empty one added for the topic that is shown if it is not followed.
pub(super) fn with_current(all: &[Membership], current: TopicName) -> Vec<Membership> {
    let mut topics = all.to_vec();
    if !topics.iter().any(|membership| membership.topic == current) {
        topics.push(Membership::empty(current, Epoch(String::new()), Follow::None));
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::membership;

    fn topic(name: &str, follow: Follow, unread: u64, mentions: u64) -> Membership {
        Membership { messages: 9, seen: 9 - unread, mentions, ..membership(name, follow) }
    }

    fn count(all: &[Membership], seen: bool) -> u64 {
        count_elsewhere(all, &"lobby".parse().unwrap(), seen)
    }

    #[test]
    fn mentions_take_precedence_over_unread_messages() {
        let lobby = topic("lobby", Follow::Following, 2, 0);
        let garden = topic("garden", Follow::Following, 5, 1);
        assert_eq!(count(&[lobby.clone(), garden], false), 1);
        assert_eq!(count(&[lobby], false), 2);
    }

    #[test]
    fn a_muted_topic_counts_mentions_only() {
        assert_eq!(count(&[topic("garden", Follow::Muted, 5, 0)], true), 0);
        assert_eq!(count(&[topic("garden", Follow::Muted, 5, 2)], true), 2);
    }

    #[test]
    fn the_topic_in_view_does_not_count() {
        let all = [topic("lobby", Follow::Following, 2, 1), topic("garden", Follow::Following, 3, 0)];
        assert_eq!((count(&all, true), count(&all, false)), (3, 1));
    }

    #[test]
    fn a_title_has_a_count_only_if_there_are_unread_messages() {
        let title = |unread| with_unread_count(unread, "lobby");
        assert_eq!(
            [title(0), title(3), title(99), title(100)],
            ["lobby", "(3) lobby", "(99) lobby", "(99+) lobby"]
        );
    }
}
