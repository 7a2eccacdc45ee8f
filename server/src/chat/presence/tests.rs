use super::*;
use crate::{
    chat::delivery::{Payload, PresenceChange},
    hub::{Received, Subscription},
};

const INTERVAL: Duration = Duration::from_secs(1);
const GRACE_PERIOD: Duration = Duration::from_secs(10);

fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

fn user(n: u128) -> UserId {
    UserId(uuid::Uuid::from_u128(n))
}

/// The presence of one topic with a subscriber, on a paused clock.
struct Bench {
    presence: Presence,
    topic: TopicName,
    subscription: Subscription<Frame>,
}

fn bench(max_named: usize) -> Bench {
    let hub = Hub::new(1_000);
    let topic = "lobby".parse().unwrap();
    let subscription = hub.subscribe(&topic, Arc::new(tokio::sync::Notify::new()), 0);
    let presence = Presence::new(
        hub,
        PresenceConfig { interval: INTERVAL, grace_period: GRACE_PERIOD, max_named },
        None,
    );
    Bench { presence, topic, subscription }
}

impl Bench {
    fn enters(&self, n: u128, called: &str) -> PresenceGuard {
        self.presence.enter(&self.topic, user(n), &name(called), false)
    }

    /// Waits, and returns the changes that were announced meanwhile.
    async fn after(&mut self, time: Duration) -> Vec<PresenceChange> {
        sleep(time).await;
        let taken = std::iter::from_fn(|| self.subscription.try_recv());
        let change = |taken: Received<Frame>| match taken {
            Received::Frame(frame) => match &frame.payload {
                Payload::Presence(change) => Some(change.clone()),
                _ => None,
            },
            Received::Lagged => panic!("the ring is large enough"),
        };
        taken.filter_map(change).collect()
    }
}

fn names(people: &[(UserId, Name)]) -> Vec<&str> {
    people.iter().map(|(_, name)| name.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn two_connections_of_a_person_count_once() {
    let mut bench = bench(50);
    let (one, two) = (bench.enters(1, "Ann"), bench.enters(1, "Ann"));
    let changes = bench.after(INTERVAL * 2).await;
    assert_eq!((changes.len(), changes[0].here, names(&changes[0].joined)), (1, 1, vec!["Ann"]));
    drop(one);
    assert_eq!(bench.after(GRACE_PERIOD * 2).await, []);
    drop(two);
    let changes = bench.after(GRACE_PERIOD * 2).await;
    assert_eq!((changes.len(), changes[0].here, names(&changes[0].left)), (1, 0, vec!["Ann"]));
}

#[tokio::test(start_paused = true)]
async fn a_person_who_reconnects_within_the_grace_period_has_not_left() {
    let mut bench = bench(50);
    let guard = bench.enters(1, "Ann");
    bench.after(INTERVAL * 2).await;
    drop(guard);
    assert_eq!(bench.after(GRACE_PERIOD - INTERVAL).await, []);
    assert_eq!(bench.presence.count(&bench.topic), 1);
    let guard = bench.enters(1, "Ann");
    assert_eq!(bench.after(GRACE_PERIOD).await, []);
    // Each leave begins a new grace period.
    drop(guard);
    bench.after(GRACE_PERIOD - INTERVAL).await;
    drop(bench.enters(1, "Ann"));
    assert_eq!(bench.after(GRACE_PERIOD - INTERVAL).await, []);
    let changes = bench.after(INTERVAL * 3).await;
    assert_eq!((changes.len(), names(&changes[0].left)), (1, vec!["Ann"]));
}

#[tokio::test(start_paused = true)]
async fn a_person_who_joins_and_leaves_within_an_interval_counts_until_the_grace_period_ends() {
    let mut bench = bench(50);
    drop(bench.enters(1, "Ann"));
    let changes = bench.after(INTERVAL * 2).await;
    assert_eq!((changes.len(), changes[0].here), (1, 1), "she may be back");
    let changes = bench.after(GRACE_PERIOD + INTERVAL).await;
    assert_eq!((changes.len(), changes[0].here), (1, 0));
    assert!(bench.presence.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn joins_and_leaves_are_announced_under_the_current_name() {
    let mut bench = bench(50);
    let guard = bench.enters(1, "(I'm John Doe)");
    bench.presence.rename(&bench.topic, user(1), &name("Anne"));
    assert_eq!(names(&bench.after(INTERVAL * 2).await[0].joined), ["Anne"]);
    bench.presence.rename(&bench.topic, user(1), &name("Ann"));
    drop(guard);
    assert_eq!(names(&bench.after(GRACE_PERIOD * 2).await[0].left), ["Ann"]);
}

#[tokio::test(start_paused = true)]
async fn a_large_topic_announces_only_its_number_and_less_often() {
    let mut bench = bench(50);
    let mut stays: Vec<_> = (0..51).map(|n| bench.enters(n, "Ann")).collect();
    bench.after(INTERVAL * 2).await;
    let mut changes = Vec::new();
    for n in 51..151 {
        stays.push(bench.enters(n, "Ann"));
        changes.extend(bench.after(INTERVAL / 4).await);
    }
    // A hundred people joined within 25 seconds.
    assert!((4..=6).contains(&changes.len()), "changes {} times", changes.len());
    assert!(changes.iter().all(|change| change.joined.is_empty() && change.is_announced));
    stays.drain(..10);
    let changes = bench.after(GRACE_PERIOD * 2).await;
    assert_eq!(changes.last().map(|change| (change.here, change.left.len())), Some((141, 0)));
    let count = changes.len();
    drop(bench.enters(0, "Ann"));
    assert!(count <= 3 && bench.after(INTERVAL * 6).await.len() <= 1);
}

#[tokio::test(start_paused = true)]
async fn people_are_named_up_to_the_limit() {
    let mut bench = bench(3);
    let _three: Vec<_> = (0..3).map(|n| bench.enters(n, "Ann")).collect();
    let changes = bench.after(INTERVAL * 2).await;
    assert_eq!((changes.len(), changes[0].here, changes[0].joined.len()), (1, 3, 3));
    let _fourth = bench.enters(3, "Bob");
    let changes = bench.after(INTERVAL * 6).await;
    assert_eq!((changes.len(), changes[0].here, changes[0].joined.len()), (1, 4, 0));
}

#[tokio::test(start_paused = true)]
async fn the_plain_dialect_has_no_grace_period() {
    let mut bench = bench(50);
    let guard = bench.enters(1, "Ann");
    let _script = bench.presence.enter(&bench.topic, user(2), &name("Script"), true);
    bench.after(INTERVAL * 2).await;
    drop(guard);
    let changes = bench.after(INTERVAL * 2).await;
    assert_eq!((changes.len(), changes[0].plain.left.len(), changes[0].is_announced), (1, 1, false));
    let guard = bench.enters(1, "Ann");
    let changes = bench.after(INTERVAL * 2).await;
    assert_eq!((changes.len(), changes[0].plain.joined.len(), changes[0].is_announced), (1, 1, false));
    drop(guard);
    drop(bench.enters(1, "Ann"));
    let changes = bench.after(INTERVAL * 2).await;
    assert_eq!((changes[0].plain.joined.len(), changes[0].plain.left.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn the_first_people_by_name_are_listed() {
    let bench = bench(50);
    let called = ["Zoe", "Ann", "Mia", "Bob"];
    let _stays: Vec<_> = called.iter().zip(0..).map(|(called, n)| bench.enters(n, called)).collect();
    let (here, people) = bench.presence.people_by_name(&bench.topic, 3);
    let called: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!((here, called), (4, vec!["Ann", "Bob", "Mia"]));
}
