//! The lists that a node announces, and those of other nodes that it keeps.

use std::sync::Arc;

use app::protocol::{Name, Person, UserId};
use futures::future::{BoxFuture, pending};
use parking_lot::Mutex;

use super::*;
use crate::{chat::presence::PresenceGuard, hub::Hub, nodes::BusItem};

const INTERVAL: Duration = Duration::from_secs(1);
const GRACE_PERIOD: Duration = Duration::from_secs(10);
const TTL: Duration = Duration::from_secs(20);

/// Keeps what is announced.
#[derive(Default)]
struct RecordingBus {
    announced: Mutex<Vec<Signal>>,
    is_cut_off: AtomicBool,
}

impl SignalBus for RecordingBus {
    fn announce(&self, signal: Signal) {
        self.announced.lock().push(signal);
    }

    fn recv(&self) -> BoxFuture<'_, BusItem> {
        Box::pin(pending())
    }

    fn is_connected(&self) -> bool {
        !self.is_cut_off.load(Ordering::Relaxed)
    }
}

struct Bench {
    bus: Arc<RecordingBus>,
    presence: Presence,
}

/// A node on a paused clock that exchanges lists.
async fn bench() -> Bench {
    let bus = Arc::new(RecordingBus::default());
    let weak: Weak<dyn SignalBus> = Arc::downgrade(&(Arc::clone(&bus) as Arc<dyn SignalBus>));
    let config = PresenceConfig { interval: INTERVAL, grace_period: GRACE_PERIOD, max_named: 3 };
    let presence = Presence::new(Hub::new(1), config, Some(NodeExchange::new(weak, TTL)));
    tokio::spawn(presence.clone().exchange());
    // Until it has begun.
    sleep(Duration::from_millis(1)).await;
    Bench { bus, presence }
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn person(n: u128) -> Person {
    Person { user: UserId(uuid::Uuid::from_u128(n)), name: Name::parse("Ann").unwrap() }
}

fn list(name: &str, people: std::ops::Range<u128>) -> NodePeople {
    let people: Vec<_> = people.map(person).collect();
    let node = NodeId::of(7);
    let version = 1;
    let count = people.len() as u64;
    NodePeople { node, version, topic: topic(name), count, people: Some(people) }
}

impl Bench {
    fn enters(&self, n: u128) -> PresenceGuard {
        let Person { user, name } = person(n);
        self.presence.enter(&topic("lobby"), user, &name, false)
    }

    /// Waits, and returns what was announced meanwhile: the number of people of a list, and whether it names them.
    async fn announced_after(&self, time: Duration) -> Vec<(u64, bool)> {
        sleep(time).await;
        let people = |signal| match signal {
            Signal::People(NodePeople { count, people, .. }) => Some((count, people.is_some())),
            _ => None,
        };
        std::mem::take(&mut *self.bus.announced.lock()).into_iter().filter_map(people).collect()
    }

    fn here(&self, name: &str) -> (u64, usize) {
        let (here, people) = self.presence.people_by_name(&topic(name), 200);
        (here, people.len())
    }
}

#[tokio::test(start_paused = true)]
async fn changes_are_announced_at_once_and_then_once_an_interval() {
    let bench = bench().await;
    let one = bench.enters(1);
    assert_eq!(bench.announced_after(Duration::ZERO).await, [(1, true)]);
    let same = bench.enters(1);
    let others = (bench.enters(2), bench.enters(3));
    assert_eq!(bench.announced_after(INTERVAL / 2).await, []);
    assert_eq!(bench.announced_after(INTERVAL).await, [(3, true)]);
    drop(others);
    assert_eq!(bench.announced_after(INTERVAL / 4).await, []);
    assert_eq!(bench.announced_after(INTERVAL).await, [(1, true)]);
    drop(one);
    assert_eq!(bench.announced_after(INTERVAL).await, [], "she has another connection");
    drop(same);
    assert_eq!(bench.announced_after(INTERVAL * 2).await, [(0, true)]);
}

#[tokio::test(start_paused = true)]
async fn of_many_people_the_number_is_announced() {
    let bench = bench().await;
    let _four: Vec<_> = (0..4).map(|n| bench.enters(n)).collect();
    assert_eq!(bench.announced_after(INTERVAL * 2).await, [(1, true), (4, false)]);
}

#[tokio::test(start_paused = true)]
async fn lists_are_renewed_within_their_time_and_those_without_people_are_not() {
    let bench = bench().await;
    let one = bench.enters(1);
    bench.announced_after(INTERVAL).await;
    let renewed = bench.announced_after(TTL).await;
    assert!(renewed.len() >= 2 && renewed.iter().all(|list| *list == (1, true)), "{renewed:?}");
    drop(one);
    assert_eq!(bench.announced_after(INTERVAL * 2).await, [(0, true)]);
    assert_eq!(bench.announced_after(TTL).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_not_renewed_is_gone_after_its_time_and_the_grace_period() {
    let bench = bench().await;
    bench.presence.receive_people(list("lobby", 1..3));
    sleep(TTL / 2).await;
    bench.presence.receive_people(list("lobby", 1..3));
    sleep(TTL * 3 / 4).await;
    assert_eq!(bench.here("lobby"), (2, 2), "renewed");
    sleep(TTL / 2 + GRACE_PERIOD).await;
    assert_eq!(bench.here("lobby"), (0, 0));
    sleep(INTERVAL * 2).await;
    assert!(bench.presence.lock().is_empty());
    let nodes = bench.presence.0.nodes.as_ref().unwrap();
    assert_eq!((nodes.lists.load(Ordering::Relaxed), nodes.listed_people.load(Ordering::Relaxed)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_question_is_answered_and_after_lost_signals_asked_once_the_connection_is_back() {
    let bench = bench().await;
    let _one = bench.enters(1);
    bench.announced_after(Duration::from_millis(1)).await;
    (0..9).for_each(|_| bench.presence.receive_hello());
    assert_eq!(bench.announced_after(Duration::from_millis(1)).await, [(1, true)]);
    sleep(HELLO_INTERVAL).await;
    bench.bus.is_cut_off.store(true, Ordering::Relaxed);
    bench.presence.signals_lost();
    sleep(HELLO_INTERVAL * 3).await;
    let asks = |signal: &Signal| matches!(signal, Signal::Hello { .. });
    assert!(!bench.bus.announced.lock().iter().any(asks), "nobody would receive it");
    bench.bus.is_cut_off.store(false, Ordering::Relaxed);
    sleep(HELLO_INTERVAL * 3).await;
    assert_eq!(bench.bus.announced.lock().iter().filter(|signal| asks(signal)).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_leaves_announces_nothing_more() {
    let bench = bench().await;
    let one = bench.enters(1);
    bench.presence.announce_leaving();
    assert!(matches!(bench.bus.announced.lock().last(), Some(Signal::Leaving { .. })));
    drop(one);
    let _two = bench.enters(2);
    bench.bus.announced.lock().clear();
    assert_eq!(bench.announced_after(TTL).await, []);
}

#[tokio::test(start_paused = true)]
async fn names_are_kept_up_to_a_limit_and_then_only_numbers() {
    let bench = bench().await;
    for n in 0..MAX_LISTED_PEOPLE / 100 {
        bench.presence.receive_people(list(&format!("t{n}"), 0..100));
    }
    assert_eq!(bench.here("t0"), (100, 100));
    bench.presence.receive_people(list("more", 0..100));
    assert_eq!(bench.here("more"), (100, 0));
}

#[tokio::test(start_paused = true)]
async fn lists_are_kept_up_to_a_limit_and_more_are_not_counted() {
    let bench = bench().await;
    for n in 0..MAX_LISTS {
        bench.presence.receive_people(list(&format!("t{n}"), 0..1));
    }
    bench.presence.receive_people(list("more", 0..1));
    assert_eq!((bench.here("t0"), bench.here("more")), ((1, 1), (0, 0)));
}
