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

/// A topic that somebody listens to, on a clock of its own.
struct Bench {
    presence: Presence,
    topic: TopicName,
    subscription: Subscription<Frame>,
}

fn bench(max_named: usize) -> Bench {
    let (hub, topic) = (Hub::new(1_000), "lobby".parse().unwrap());
    let subscription = hub.subscribe(&topic, Arc::new(tokio::sync::Notify::new()), 0);
    let presence =
        Presence::new(hub, PresenceConfig { interval: INTERVAL, grace_period: GRACE_PERIOD, max_named });
    Bench { presence, topic, subscription }
}

impl Bench {
    fn enters(&self, n: u128, called: &str) -> PresenceGuard {
        self.presence.enter(&self.topic, user(n), &name(called), false)
    }

    /// Time goes by; what was told meanwhile.
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
async fn a_second_connection_is_no_second_person() {
    let mut bench = bench(50);
    let (one, two) = (bench.enters(1, "Ann"), bench.enters(1, "Ann"));
    let told = bench.after(INTERVAL * 2).await;
    assert_eq!((told.len(), told[0].here, names(&told[0].joined)), (1, 1, vec!["Ann"]));
    drop(one);
    assert_eq!(bench.after(GRACE_PERIOD * 2).await, []);
    drop(two);
    let told = bench.after(GRACE_PERIOD * 2).await;
    assert_eq!((told.len(), told[0].here, names(&told[0].left)), (1, 0, vec!["Ann"]));
}

#[tokio::test(start_paused = true)]
async fn whoever_is_back_within_the_grace_was_here_all_the_time() {
    let mut bench = bench(50);
    let stay = bench.enters(1, "Ann");
    bench.after(INTERVAL * 2).await;
    drop(stay);
    assert_eq!(bench.after(GRACE_PERIOD - INTERVAL).await, []);
    assert_eq!(bench.presence.count(&bench.topic), 1);
    let stay = bench.enters(1, "Ann");
    assert_eq!(bench.after(GRACE_PERIOD).await, []);
    // The time of grace begins anew with each leaving.
    drop(stay);
    bench.after(GRACE_PERIOD - INTERVAL).await;
    drop(bench.enters(1, "Ann"));
    assert_eq!(bench.after(GRACE_PERIOD - INTERVAL).await, []);
    let told = bench.after(INTERVAL * 3).await;
    assert_eq!((told.len(), names(&told[0].left)), (1, vec!["Ann"]));
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_and_goes_within_the_fold_is_told_of_when_nobody_waits_any_more() {
    let mut bench = bench(50);
    drop(bench.enters(1, "Ann"));
    let told = bench.after(INTERVAL * 2).await;
    assert_eq!((told.len(), told[0].here), (1, 1), "she may be back");
    let told = bench.after(GRACE_PERIOD + INTERVAL).await;
    assert_eq!((told.len(), told[0].here), (1, 0));
    assert!(bench.presence.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn coming_and_leaving_are_told_by_the_name_one_has_by_then() {
    let mut bench = bench(50);
    let stay = bench.enters(1, "(I'm John Doe)");
    bench.presence.rename(&bench.topic, user(1), &name("Anne"));
    assert_eq!(names(&bench.after(INTERVAL * 2).await[0].joined), ["Anne"]);
    bench.presence.rename(&bench.topic, user(1), &name("Ann"));
    drop(stay);
    assert_eq!(names(&bench.after(GRACE_PERIOD * 2).await[0].left), ["Ann"]);
}

#[tokio::test(start_paused = true)]
async fn among_many_only_the_number_is_told_and_seldom() {
    let mut bench = bench(50);
    let mut stays: Vec<_> = (0..51).map(|n| bench.enters(n, "Ann")).collect();
    bench.after(INTERVAL * 2).await;
    let mut told = Vec::new();
    for n in 51..151 {
        stays.push(bench.enters(n, "Ann"));
        told.extend(bench.after(INTERVAL / 4).await);
    }
    // A hundred came within 25 seconds.
    assert!((4..=6).contains(&told.len()), "told {} times", told.len());
    assert!(told.iter().all(|change| change.joined.is_empty() && change.is_announced));
    stays.drain(..10);
    let told = bench.after(GRACE_PERIOD * 2).await;
    assert_eq!(told.last().map(|change| (change.here, change.left.len())), Some((141, 0)));
    let count = told.len();
    drop(bench.enters(0, "Ann"));
    assert!(count <= 3 && bench.after(INTERVAL * 6).await.len() <= 1);
}

#[tokio::test(start_paused = true)]
async fn as_many_as_are_not_many_are_named() {
    let mut bench = bench(3);
    let _three: Vec<_> = (0..3).map(|n| bench.enters(n, "Ann")).collect();
    let told = bench.after(INTERVAL * 2).await;
    assert_eq!((told.len(), told[0].here, told[0].joined.len()), (1, 3, 3));
    let _fourth = bench.enters(3, "Bob");
    let told = bench.after(INTERVAL * 6).await;
    assert_eq!((told.len(), told[0].here, told[0].joined.len()), (1, 4, 0));
}

#[tokio::test(start_paused = true)]
async fn the_plain_dialect_knows_no_grace() {
    let mut bench = bench(50);
    let stay = bench.enters(1, "Ann");
    let _script = bench.presence.enter(&bench.topic, user(2), &name("Script"), true);
    bench.after(INTERVAL * 2).await;
    drop(stay);
    let told = bench.after(INTERVAL * 2).await;
    assert_eq!((told.len(), told[0].plain.left.len(), told[0].is_announced), (1, 1, false));
    let stay = bench.enters(1, "Ann");
    let told = bench.after(INTERVAL * 2).await;
    assert_eq!((told.len(), told[0].plain.joined.len(), told[0].is_announced), (1, 1, false));
    drop(stay);
    drop(bench.enters(1, "Ann"));
    let told = bench.after(INTERVAL * 2).await;
    assert_eq!((told[0].plain.joined.len(), told[0].plain.left.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn the_first_by_name_are_told_of_many() {
    let bench = bench(50);
    let called = ["Zoe", "Ann", "Mia", "Bob"];
    let _stays: Vec<_> = called.iter().zip(0..).map(|(called, n)| bench.enters(n, called)).collect();
    let (here, people) = bench.presence.people_by_name(&bench.topic, 3);
    let called: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!((here, called), (4, vec!["Ann", "Bob", "Mia"]));
}
