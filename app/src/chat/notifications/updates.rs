//! Detects what to notify of: each message once, and never the person's own.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::protocol::{Epoch, Event, EventKind, Follow, Membership, TopicName, UserId};

/// New messages in a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TopicUpdate {
    pub(super) topic: TopicName,
    /// The topic's title, or its name.
    pub(super) title: String,
    pub(super) is_mention: bool,
    /// The newest message, or the newest that mentions the person. `None` for topics without a subscription.
    pub(super) message: Option<Arc<Event>>,
    /// The number of unread messages that mention the person.
    pub(super) mentions: u64,
    /// The topic's head. Tabs claim notifications by it.
    pub(super) position: LogPosition,
}

/// A position in a topic's log, the same in all tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogPosition {
    pub(super) topic: TopicName,
    pub(super) epoch: Epoch,
    pub(super) seq: u64,
}

impl LogPosition {
    /// Whether this is after a [formatted](fmt::Display) position, or in another epoch.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server shows no notifications"))]
    pub(super) fn is_after(&self, written: &str) -> bool {
        let same = written.strip_prefix(self.epoch.0.as_str()).and_then(|rest| rest.strip_prefix(' '));
        same.and_then(|seq| seq.parse().ok()).is_none_or(|seq: u64| self.seq > seq)
    }
}

impl fmt::Display for LogPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.epoch, self.seq)
    }
}

/// Remembers the state of all topics at the last check.
#[derive(Debug, Default)]
pub(super) struct UpdateTracker {
    known: BTreeMap<TopicName, Snapshot>,
}

#[derive(Debug, Clone, Copy)]
struct Snapshot {
    received: Option<u64>,
    messages: u64,
    unread: u64,
    mentions: u64,
    rewinds: Option<u64>,
}

impl UpdateTracker {
    /// Returns what is new since the last check. The first check of a topic finds nothing. `received` returns, for a
    /// subscribed topic, up to where its events were received and the messages since; of other topics only the counts
    /// are known.
    pub(super) fn check(
        &mut self,
        me: UserId,
        topics: &[Membership],
        received: impl Fn(&TopicName, Option<u64>) -> Option<(u64, Vec<Arc<Event>>)>,
    ) -> Vec<TopicUpdate> {
        let mut updates = Vec::new();
        for topic in topics {
            let before = self.known.get(&topic.topic).copied();
            let since = before.and_then(|before| before.received);
            let received = received(&topic.topic, since);
            let now = Snapshot {
                received: received.as_ref().map(|(up_to, _)| *up_to),
                messages: topic.messages,
                unread: topic.unread(),
                mentions: topic.mentions,
                rewinds: topic.rewinds,
            };
            self.known.insert(topic.topic.clone(), now);
            updates.extend(match (before, received) {
                (Some(_), Some((up_to, messages))) => update_from_messages(me, topic, up_to, messages),
                (Some(before), None) => update_from_counts(topic, before, now),
                (None, _) => None,
            });
        }
        updates
    }
}

fn update_from_messages(
    me: UserId,
    topic: &Membership,
    up_to: u64,
    messages: Vec<Arc<Event>>,
) -> Option<TopicUpdate> {
    let others = messages.into_iter().rev().filter(|event| event.author.user != me && !event.is_deleted());
    let others: Vec<_> = others.collect();
    let mention = others.iter().find(|event| mentions(event, me));
    let message = mention.or(others.first().filter(|_| topic.follow != Follow::Muted))?;
    Some(TopicUpdate {
        is_mention: mention.is_some(),
        message: Some(Arc::clone(message)),
        ..base_update(topic, up_to)
    })
}

fn update_from_counts(topic: &Membership, before: Snapshot, now: Snapshot) -> Option<TopicUpdate> {
    // Messages that were marked as unread count again, and are not new. With a new message beside them, a mention may be either.
    let is_rewound = now.rewinds != before.rewinds;
    let is_mention = now.mentions > before.mentions && (!is_rewound || now.messages > before.messages);
    let is_more = now.unread > before.unread && topic.follow == Follow::Following && !is_rewound;
    (is_mention || is_more).then(|| TopicUpdate { is_mention, ..base_update(topic, topic.head) })
}

fn base_update(topic: &Membership, seq: u64) -> TopicUpdate {
    let title = if topic.title.is_empty() { format!("# {}", topic.topic) } else { topic.title.clone() };
    let position = LogPosition { topic: topic.topic.clone(), epoch: topic.epoch.clone(), seq };
    TopicUpdate {
        topic: topic.topic.clone(),
        title,
        is_mention: false,
        message: None,
        mentions: topic.mentions,
        position,
    }
}

fn mentions(event: &Event, me: UserId) -> bool {
    matches!(&event.kind, EventKind::Message { mentions, .. } if mentions.contains(&me))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::{epoch, membership, message_of, user};
    use crate::protocol::DraftId;

    fn topic(follow: Follow, unread: u64, mentions: u64) -> Membership {
        Membership { messages: unread, mentions, ..membership("lobby", follow) }
    }

    fn message_by(seq: u64, by: u128, to: &[u128]) -> Arc<Event> {
        let mut event = message_of(seq, user(by), DraftId::fresh());
        if let EventKind::Message { mentions, .. } = &mut event.kind {
            mentions.extend(to.iter().map(|n| user(*n)));
        }
        Arc::new(event)
    }

    /// The person is user 7. The log grows from one check to the next.
    fn checks(follow: Follow, log: &[&[Arc<Event>]]) -> Vec<Option<(u64, bool)>> {
        let mut tracker = UpdateTracker::default();
        let mut checks = log.iter().enumerate().map(|(n, _)| {
            let log: Vec<_> = log[..=n].concat();
            let received = |_: &TopicName, since: Option<u64>| {
                let since = since.unwrap_or(u64::MAX);
                let up_to = log.last().map_or(0, |event| event.seq);
                Some((up_to, log.iter().filter(|event| event.seq > since).cloned().collect()))
            };
            let updates = tracker.check(user(7), &[topic(follow, 0, 0)], received);
            updates.first().map(|update| (update.message.as_ref().unwrap().seq, update.is_mention))
        });
        checks.by_ref().collect()
    }

    #[test]
    fn a_position_is_after_earlier_ones_and_after_all_of_another_epoch() {
        let position =
            |history, seq| LogPosition { topic: "lobby".parse().unwrap(), epoch: epoch(history), seq };
        let notified = position("a", 4).to_string();
        for (position, expected) in [
            (position("a", 3), false),
            (position("a", 4), false),
            (position("a", 5), true),
            (position("b", 1), true),
        ] {
            assert_eq!(position.is_after(&notified), expected, "{position}");
        }
        for nothing in ["", "a", "a x", "4"] {
            assert!(position("a", 1).is_after(nothing), "{nothing}");
        }
    }

    #[test]
    fn existing_messages_are_not_notified_and_new_ones_once() {
        let log: [&[_]; 3] = [&[message_by(1, 1, &[])], &[message_by(2, 1, &[])], &[]];
        assert_eq!(checks(Follow::Following, &log), [None, Some((2, false)), None]);
    }

    #[test]
    fn a_mention_is_notified_although_other_messages_follow_it() {
        let log: [&[_]; 2] = [&[], &[message_by(1, 1, &[7]), message_by(2, 1, &[])]];
        assert_eq!(checks(Follow::Following, &log), [None, Some((1, true))]);
    }

    #[test]
    fn own_messages_are_not_notified() {
        assert_eq!(checks(Follow::Following, &[&[], &[message_by(1, 7, &[7])]]), [None, None]);
    }

    #[test]
    fn a_muted_topic_notifies_of_mentions_only() {
        let log: [&[_]; 3] = [&[], &[message_by(1, 1, &[])], &[message_by(2, 1, &[7])]];
        assert_eq!(checks(Follow::Muted, &log), [None, None, Some((2, true))]);
    }

    #[test]
    fn topics_without_a_subscription_are_compared_by_their_counts() {
        let mut tracker = UpdateTracker::default();
        let mut check = |unread, mentions| {
            let updates = tracker.check(user(7), &[topic(Follow::Following, unread, mentions)], |_, _| None);
            updates.first().map(|update| (update.is_mention, update.mentions))
        };
        assert_eq!(
            [check(3, 1), check(4, 1), check(5, 2), check(0, 0)],
            [None, Some((false, 1)), Some((true, 2)), None]
        );
    }

    #[test]
    fn messages_that_were_marked_as_unread_are_not_new() {
        let mut tracker = UpdateTracker::default();
        let mut count = |messages: u64, unread: u64, rewinds| {
            let seen = messages - unread;
            let topic = Membership { messages, seen, rewinds, ..topic(Follow::Following, unread, unread) };
            tracker.check(user(7), &[topic], |_, _| None).len()
        };
        let counts = [count(9, 0, None), count(9, 2, Some(1)), count(10, 3, Some(1)), count(10, 5, Some(2))];
        assert_eq!(counts, [0, 0, 1, 0]);
    }

    #[test]
    fn a_mention_is_notified_although_messages_were_marked_as_unread_at_once() {
        let mut tracker = UpdateTracker::default();
        let mut check = |messages, mentions, rewinds| {
            let topic = Membership { messages, rewinds, ..topic(Follow::Muted, 0, mentions) };
            let updates = tracker.check(user(7), &[topic], |_, _| None);
            updates.first().map(|update| update.is_mention)
        };
        assert_eq!(
            [check(9, 0, None), check(10, 1, Some(1)), check(10, 3, Some(2)), check(11, 3, Some(3))],
            [None, Some(true), None, None]
        );
    }
}
