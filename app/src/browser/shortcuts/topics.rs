//! The order in which shortcuts step through topics.

use crate::protocol::TopicName;

/// The next topic for which `is_wanted` holds, wrapping around at the end.
pub(crate) fn next_topic<'a>(
    topics: &'a [TopicName],
    current: &TopicName,
    forward: bool,
    is_wanted: impl Fn(&TopicName) -> bool,
) -> Option<&'a TopicName> {
    let index = topics.iter().position(|topic| topic == current)?;
    let before = topics.get(..index)?;
    let after = topics.get(index + 1..)?;
    let is_wanted = |topic: &&TopicName| is_wanted(topic);
    if forward {
        after.iter().chain(before).find(is_wanted)
    } else {
        before.iter().rev().chain(after.iter().rev()).find(is_wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stepping_wraps_around_and_skips_unwanted_topics() {
        let topics = ["a", "b", "c", "d"].map(|name| name.parse::<TopicName>().unwrap());
        let from = |current: &str, forward, not: &str| {
            let next = next_topic(&topics, &current.parse().unwrap(), forward, |topic| topic.as_str() != not);
            next.map(|topic| topic.to_string()).unwrap_or_default()
        };
        assert_eq!(
            (from("a", true, ""), from("d", true, ""), from("a", false, "")),
            ("b".into(), "a".into(), "d".into())
        );
        assert_eq!((from("a", true, "b"), from("c", false, "b")), ("c".into(), "a".into()));
        assert_eq!(from("z", true, ""), "");
        assert_eq!(next_topic(&topics, &topics[0], true, |_| false), None);
    }
}
