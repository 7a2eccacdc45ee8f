use super::*;

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn cached(tails: &TailMap) -> Vec<String> {
    tails.entries.lock().iter().map(|(topic, _)| topic.to_string()).collect()
}

#[test]
fn the_topic_whose_last_read_is_the_longest_ago_is_evicted() {
    let tails = TailMap::new(3, 10);
    for read in ["a", "b", "c", "a"] {
        tails.entry(&topic(read));
    }
    assert_eq!(cached(&tails), ["b", "c", "a"]);
    // Only reads count as uses, so a topic with commits and no readers is evicted first.
    tails.committed(&topic("b"), &[]);
    assert_eq!(tails.draft_at(&topic("b"), 1), None);
    tails.entry(&topic("d"));
    assert_eq!(cached(&tails), ["c", "a", "d"]);
}
