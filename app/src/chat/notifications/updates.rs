//! What is news: told once, and never what the visitor said themselves.

use std::{collections::BTreeMap, fmt, sync::Arc};

use crate::protocol::{Epoch, Event, EventKind, Follow, Membership, TopicName, UserId};

/// Something was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TopicUpdate {
    pub(super) topic: TopicName,
    /// What the topic is called.
    pub(super) title: String,
    pub(super) is_mention: bool,
    /// The message, where it is heard: the newest, or the newest that mentions the visitor.
    pub(super) message: Option<Arc<Event>>,
    /// How many messages mention the visitor by now.
    pub(super) mentions: u64,
    /// How far the topic has come.
    pub(super) mark: LogMark,
}

/// A place in a topic's log, the same for all who look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogMark {
    pub(super) topic: TopicName,
    pub(super) epoch: Epoch,
    pub(super) seq: u64,
}

impl LogMark {
    /// Whether this lies after what was [written down](fmt::Display) of the topic, or in another history.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server tells nobody"))]
    pub(super) fn is_after(&self, written: &str) -> bool {
        let same = written.strip_prefix(self.epoch.0.as_str()).and_then(|rest| rest.strip_prefix(' '));
        same.and_then(|seq| seq.parse().ok()).is_none_or(|seq: u64| self.seq > seq)
    }
}

impl fmt::Display for LogMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.epoch, self.seq)
    }
}

/// Remembers what was looked at.
#[derive(Debug, Default)]
pub(super) struct UpdateTracker {
    known: BTreeMap<TopicName, Snapshot>,
}

#[derive(Debug, Clone, Copy)]
struct Snapshot {
    heard: Option<u64>,
    unread: u64,
    mentions: u64,
}

impl UpdateTracker {
    /// What is new since the last look. The first look at a topic finds nothing. Of a topic that is heard, `heard` tells
    /// up to where, and what was said since; of others there are only numbers.
    pub(super) fn check(
        &mut self,
        me: UserId,
        topics: &[Membership],
        heard: impl Fn(&TopicName, Option<u64>) -> Option<(u64, Vec<Arc<Event>>)>,
    ) -> Vec<TopicUpdate> {
        let mut updates = Vec::new();
        for topic in topics {
            let before = self.known.get(&topic.topic).copied();
            let since = before.and_then(|before| before.heard);
            let heard = heard(&topic.topic, since);
            let now = Snapshot {
                heard: heard.as_ref().map(|(up_to, _)| *up_to),
                unread: topic.unread(),
                mentions: topic.mentions,
            };
            self.known.insert(topic.topic.clone(), now);
            updates.extend(match (before, heard) {
                (Some(_), Some((up_to, said))) => update_from_messages(me, topic, up_to, said),
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
    said: Vec<Arc<Event>>,
) -> Option<TopicUpdate> {
    let others = said.into_iter().rev().filter(|event| event.author.user != me && !event.is_deleted());
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
    let is_mention = now.mentions > before.mentions;
    let is_more = now.unread > before.unread && topic.follow == Follow::Following;
    (is_mention || is_more).then(|| TopicUpdate { is_mention, ..base_update(topic, topic.head) })
}

fn base_update(topic: &Membership, seq: u64) -> TopicUpdate {
    let title = if topic.title.is_empty() { format!("# {}", topic.topic) } else { topic.title.clone() };
    let mark = LogMark { topic: topic.topic.clone(), epoch: topic.epoch.clone(), seq };
    TopicUpdate {
        topic: topic.topic.clone(),
        title,
        is_mention: false,
        message: None,
        mentions: topic.mentions,
        mark,
    }
}

fn mentions(event: &Event, me: UserId) -> bool {
    matches!(&event.kind, EventKind::Message { mentions, .. } if mentions.contains(&me))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixtures::{epoch, message_of, user};
    use crate::protocol::DraftId;

    fn topic(follow: Follow, unread: u64, mentions: u64) -> Membership {
        let (topic, title, epoch) = ("lobby".parse().unwrap(), String::new(), epoch("a"));
        Membership { topic, title, follow, epoch, head: 9, messages: unread, read: 0, seen: 0, mentions }
    }

    fn said(seq: u64, by: u128, to: &[u128]) -> Arc<Event> {
        let mut event = message_of(seq, user(by), DraftId::fresh());
        if let EventKind::Message { mentions, .. } = &mut event.kind {
            mentions.extend(to.iter().map(|n| user(*n)));
        }
        Arc::new(event)
    }

    /// The visitor is 7. The log grows from one look to the next.
    fn looks(follow: Follow, log: &[&[Arc<Event>]]) -> Vec<Option<(u64, bool)>> {
        let mut tracker = UpdateTracker::default();
        let mut looks = log.iter().enumerate().map(|(n, _)| {
            let log: Vec<_> = log[..=n].concat();
            let heard = |_: &TopicName, since: Option<u64>| {
                let since = since.unwrap_or(u64::MAX);
                let up_to = log.last().map_or(0, |event| event.seq);
                Some((up_to, log.iter().filter(|event| event.seq > since).cloned().collect()))
            };
            let updates = tracker.check(user(7), &[topic(follow, 0, 0)], heard);
            updates.first().map(|update| (update.message.as_ref().unwrap().seq, update.is_mention))
        });
        looks.by_ref().collect()
    }

    #[test]
    fn what_was_told_of_is_not_told_again_unless_a_new_history_began() {
        let mark = |history, seq| LogMark { topic: "lobby".parse().unwrap(), epoch: epoch(history), seq };
        let notified = mark("a", 4).to_string();
        for (mark, expected) in
            [(mark("a", 3), false), (mark("a", 4), false), (mark("a", 5), true), (mark("b", 1), true)]
        {
            assert_eq!(mark.is_after(&notified), expected, "{mark}");
        }
        for nothing in ["", "a", "a x", "4"] {
            assert!(mark("a", 1).is_after(nothing), "{nothing}");
        }
    }

    #[test]
    fn what_was_there_at_first_is_no_news_and_what_comes_is_news_once() {
        let log: [&[_]; 3] = [&[said(1, 1, &[])], &[said(2, 1, &[])], &[]];
        assert_eq!(looks(Follow::Following, &log), [None, Some((2, false)), None]);
    }

    #[test]
    fn a_mention_is_told_although_more_was_said_after_it() {
        let log: [&[_]; 2] = [&[], &[said(1, 1, &[7]), said(2, 1, &[])]];
        assert_eq!(looks(Follow::Following, &log), [None, Some((1, true))]);
    }

    #[test]
    fn what_one_says_oneself_is_no_news() {
        assert_eq!(looks(Follow::Following, &[&[], &[said(1, 7, &[7])]]), [None, None]);
    }

    #[test]
    fn a_muted_topic_tells_of_mentions_only() {
        let log: [&[_]; 3] = [&[], &[said(1, 1, &[])], &[said(2, 1, &[7])]];
        assert_eq!(looks(Follow::Muted, &log), [None, None, Some((2, true))]);
    }

    #[test]
    fn of_a_topic_that_is_not_heard_the_numbers_tell() {
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
}
