//! The people here and on other nodes, compared with a simple reference.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::*;
use crate::nodes::{NodeId, NodePeople};

/// Nodes announce people up to this number by name.
const MAX_NAMED: usize = 3;
const NODES: u64 = 3;
const PEOPLE: u64 = 6;

/// A multiplicative congruential generator, for runs that can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

fn user(n: u64) -> UserId {
    UserId(uuid::Uuid::from_u128(n.into()))
}

fn name(n: u64) -> Name {
    Name::parse(&format!("person {n}")).unwrap()
}

/// The people whom a node knows by name, and the numbers of the others.
#[derive(Default)]
struct Reference {
    own: BTreeMap<u64, usize>,
    nodes: BTreeMap<u64, BTreeSet<u64>>,
}

impl Reference {
    fn own(&self) -> BTreeSet<u64> {
        self.own.iter().filter(|(_, connections)| **connections > 0).map(|(user, _)| *user).collect()
    }

    /// Computes the number that each node computes, in any order: everyone on a short list once, and the lengths of the long ones.
    fn count(&self) -> u64 {
        let own = self.own();
        let lists = || self.nodes.values().chain([&own]);
        let named: BTreeSet<_> = lists().filter(|list| list.len() <= MAX_NAMED).flatten().collect();
        (named.len() + lists().filter(|list| list.len() > MAX_NAMED).map(BTreeSet::len).sum::<usize>()) as u64
    }

    fn names(&self) -> BTreeSet<UserId> {
        let known = self.nodes.values().filter(|list| list.len() <= MAX_NAMED).flatten();
        known.copied().chain(self.own()).map(user).collect()
    }
}

fn list(node: u64, version: u64, people: &BTreeSet<u64>) -> NodePeople {
    let person = |n: &u64| Person { user: user(*n), name: name(*n) };
    NodePeople {
        node: NodeId::of(node),
        version,
        topic: "lobby".parse().unwrap(),
        count: people.len() as u64,
        people: (people.len() <= MAX_NAMED).then(|| people.iter().map(person).collect()),
    }
}

/// A topic's people, of whom those without a connection have left at once.
struct Bench {
    topic: TopicPresence,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        Self { topic: TopicPresence::default(), now: Instant::now() }
    }

    fn receives(&mut self, list: NodePeople) {
        self.topic.list(list, self.now + Duration::from_secs(20), self.now);
        self.settle();
    }

    fn settle(&mut self) {
        self.topic.share(MAX_NAMED, usize::MAX);
        self.topic.expire_absent(self.now);
    }

    fn names(&self) -> BTreeSet<UserId> {
        self.topic.by_id(None, usize::MAX).into_iter().map(|person| person.user).collect()
    }
}

#[test]
fn lists_of_all_nodes_and_connections_merge_as_in_the_reference() {
    let mut random = Random(7);
    for run in 0..200 {
        let mut bench = Bench::new();
        let mut reference = Reference::default();
        for version in 1..60 {
            let person = random.below(PEOPLE);
            let node = random.below(NODES);
            match random.below(5) {
                0 => {
                    *reference.own.entry(person).or_default() += 1;
                    bench.topic.enter(user(person), &name(person), false);
                }
                1 if reference.own().contains(&person) => {
                    *reference.own.entry(person).or_default() -= 1;
                    bench.topic.leave(user(person), false, bench.now);
                }
                2 => {
                    reference.nodes.remove(&node);
                    bench.topic.forget_node(NodeId::of(node), bench.now);
                }
                _ => {
                    let people = (0..PEOPLE).filter(|_| random.below(3) == 0).collect();
                    bench.receives(list(node, version, &people));
                    reference.nodes.insert(node, people);
                }
            }
            bench.settle();
            assert_eq!(bench.topic.count(), reference.count(), "run {run}, step {version}");
            assert_eq!(bench.names(), reference.names(), "run {run}, step {version}");
        }
    }
}

#[test]
fn a_list_that_is_older_than_the_last_one_changes_nothing() {
    let mut bench = Bench::new();
    bench.receives(list(1, 5, &[1].into()));
    bench.receives(list(1, 4, &[1, 2].into()));
    assert_eq!(bench.topic.count(), 1);
    bench.receives(list(1, 6, &[].into()));
    bench.receives(list(1, 5, &[1].into()));
    assert_eq!(bench.topic.count(), 0, "a late list brings nobody back");
}

#[test]
fn a_move_to_another_node_is_no_news() {
    let mut bench = Bench::new();
    let topic: TopicName = "lobby".parse().unwrap();
    let later = bench.now + Duration::from_secs(10);
    bench.topic.enter(user(1), &name(1), false);
    bench.receives(list(1, 1, &[2].into()));
    let change = bench.topic.take_change(&topic, 50).unwrap();
    assert_eq!((change.here, change.joined.len()), (2, 2));
    bench.topic.list(list(1, 2, &[].into()), later, later);
    bench.topic.list(list(2, 1, &[2].into()), later, later);
    bench.topic.expire_absent(later);
    assert!(bench.topic.take_change(&topic, 50).is_none());
    bench.topic.forget_node(NodeId::of(2), later);
    bench.topic.expire_absent(later);
    let change = bench.topic.take_change(&topic, 50).unwrap();
    assert_eq!((change.here, change.left.len()), (1, 1));
}

#[test]
fn people_of_a_node_that_has_become_large_have_neither_left_nor_joined() {
    let mut bench = Bench::new();
    let topic: TopicName = "lobby".parse().unwrap();
    bench.receives(list(1, 1, &[1, 2, 3].into()));
    bench.topic.take_change(&topic, 50);
    bench.receives(list(1, 2, &[1, 2, 3, 4].into()));
    let change = bench.topic.take_change(&topic, 50).unwrap();
    assert_eq!((change.here, change.joined.len(), change.left.len()), (4, 0, 0));
    bench.receives(list(1, 3, &[1, 2, 3].into()));
    let change = bench.topic.take_change(&topic, 50).unwrap();
    assert_eq!((change.here, change.joined.len(), change.left.len()), (3, 0, 0));
}

#[test]
fn lists_expire_unless_they_are_renewed() {
    let mut bench = Bench::new();
    let expires = bench.now + Duration::from_secs(20);
    bench.receives(list(1, 1, &[1].into()));
    assert_eq!(bench.topic.expired_nodes(expires - Duration::from_secs(1)), []);
    assert_eq!(bench.topic.expired_nodes(expires), [NodeId::of(1)]);
    bench.topic.list(list(1, 2, &[1].into()), expires + Duration::from_secs(1), bench.now);
    assert_eq!(bench.topic.expired_nodes(expires), []);
}
