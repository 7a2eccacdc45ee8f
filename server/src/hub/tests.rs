use super::*;

fn name(name: &str) -> TopicName {
    name.parse().unwrap()
}

/// Begins to hear a topic, looking by itself.
fn hear(hub: &Hub<u32>, topic: &str) -> Subscription<u32> {
    hub.subscribe(&name(topic), Arc::new(Notify::new()), 0)
}

fn all(subscription: &mut Subscription<u32>) -> Vec<Taken<u32>> {
    std::iter::from_fn(|| subscription.take()).collect()
}

#[test]
fn a_subscriber_hears_its_own_topic_only() {
    let hub = Hub::new(8);
    let (mut lobby, mut other) = (hear(&hub, "lobby"), hear(&hub, "other"));
    hub.publish(&name("lobby"), 1);
    assert_eq!(all(&mut lobby), [Taken::Frame(1)]);
    assert_eq!(all(&mut other), []);
}

#[test]
fn all_subscribers_share_their_topics_name() {
    let hub = Hub::new(8);
    let subscriptions = ["lobby", "lobby", "other"].map(|topic| hear(&hub, topic));
    let [first, second, other] = subscriptions.each_ref().map(|s| s.topic().as_str().as_ptr());
    assert!(first == second && first != other);
}

#[test]
fn every_subscriber_gets_every_frame_in_order_at_its_own_pace() {
    let hub = Hub::new(8);
    let (mut quick, mut slow) = (hear(&hub, "a"), hear(&hub, "a"));
    hub.publish(&name("a"), 1);
    assert_eq!(all(&mut quick), [Taken::Frame(1)]);
    hub.publish(&name("a"), 2);
    assert_eq!(all(&mut quick), [Taken::Frame(2)]);
    assert_eq!(all(&mut slow), [Taken::Frame(1), Taken::Frame(2)]);
}

#[test]
fn one_that_fell_behind_is_told_and_goes_on_with_what_is_left() {
    let hub = Hub::new(2);
    let mut slow = hear(&hub, "a");
    for n in 1..=5 {
        hub.publish(&name("a"), n);
    }
    assert_eq!(all(&mut slow), [Taken::Missed, Taken::Frame(4), Taken::Frame(5)]);
}

#[test]
fn hearing_begins_with_the_next_frame() {
    let hub = Hub::new(8);
    let _first = hear(&hub, "a");
    hub.publish(&name("a"), 1);
    assert_eq!(all(&mut hear(&hub, "a")), []);
}

#[test]
fn a_topic_that_nobody_hears_is_gone() {
    let hub = Hub::new(8);
    let (one, two) = (hear(&hub, "a"), hear(&hub, "a"));
    hub.publish(&name("b"), 1);
    assert_eq!(hub.topics(), 1);
    drop(one);
    assert_eq!(hub.topics(), 1);
    drop(two);
    assert_eq!(hub.topics(), 0);
}

#[test]
fn a_skipped_frame_is_not_heard_and_the_next_is() {
    let hub = Hub::new(8);
    let (mut own, mut other) = (hear(&hub, "a"), hear(&hub, "a"));
    own.skip(hub.publish(&name("a"), 1).unwrap());
    hub.publish(&name("a"), 2);
    assert_eq!(all(&mut own), [Taken::Frame(2)]);
    assert_eq!(all(&mut other), [Taken::Frame(1), Taken::Frame(2)]);
}

#[test]
fn topics_do_not_leak_when_publishers_race_leavers() {
    let hub = Hub::new(2);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..5_000).for_each(|n| {
                    let _ = hub.publish(&name("a"), n);
                })
            });
            scope.spawn(|| (0..5_000).for_each(|_| drop(hear(&hub, "a"))));
        }
    });
    assert_eq!(hub.topics(), 0);
}

#[tokio::test]
async fn a_frame_wakes_whoever_waits_and_one_who_comes_to_wait_later() {
    let hub = Hub::new(2);
    let wake = Arc::new(Notify::new());
    let _heard = hub.subscribe(&name("a"), wake.clone(), 0);
    hub.publish(&name("a"), 1);
    wake.notified().await;
    let waiting = tokio::spawn({
        let wake = Arc::clone(&wake);
        async move { wake.notified().await }
    });
    hub.publish(&name("a"), 2);
    waiting.await.unwrap();
}

/// An ear that notes what it is told.
#[derive(Default)]
struct Noted(Mutex<Vec<(usize, u64, u32)>>);

impl Ear<u32> for Noted {
    fn hear(&self, key: usize, position: u64, frames: &[u32]) {
        let told = (position..).zip(frames).map(|(position, frame)| (key, position, *frame));
        lock(&self.0).extend(told);
    }
}

#[test]
fn an_ear_is_told_of_each_frame_once_by_the_key_of_its_subscription() {
    let (hub, ear) = (Hub::new(8), Arc::new(Noted::default()));
    let _one = hub.subscribe(&name("a"), ear.clone(), 1);
    let two = hub.subscribe(&name("b"), ear.clone(), 2);
    for n in [10, 11] {
        hub.publish(&name("a"), n);
        hub.publish(&name("b"), n);
    }
    drop(two);
    hub.publish(&name("b"), 12);
    assert_eq!(*lock(&ear.0), [(1, 0, 10), (2, 0, 10), (1, 1, 11), (2, 1, 11)]);
}

#[test]
fn what_was_had_from_elsewhere_is_not_taken_again() {
    let hub = Hub::new(8);
    let mut heard = hear(&hub, "a");
    hub.publish(&name("a"), 1);
    assert_eq!([0, 1].map(|position| heard.has_had(position)), [Some(0), None]);
    heard.took();
    hub.publish(&name("a"), 2);
    assert_eq!(heard.has_had(0), Some(1));
    assert_eq!(all(&mut heard), [Taken::Frame(2)]);
    heard.skip(2);
    assert_eq!(heard.has_had(2), None, "some are not to be heard");
}

#[test]
fn a_round_reaches_everyone_some_at_a_time_though_others_come_and_go() {
    let (hub, ear) = (Hub::new(8), Arc::new(Noted::default()));
    let mut all: Vec<_> = (0..600).map(|key| hub.subscribe(&name("a"), ear.clone(), key)).collect();
    let mut round = hub.begin(&name("a"), 7).unwrap().1.unwrap();
    assert!(round.goes_on());
    assert!((1..600).contains(&lock(&ear.0).len()));
    drop(all.drain(..300));
    let _late = hub.subscribe(&name("a"), ear.clone(), 1_000);
    while round.goes_on() {}
    let told: Vec<_> = lock(&ear.0).iter().map(|(key, ..)| *key).collect();
    assert!((300..600).all(|key| told.iter().filter(|told| **told == key).count() == 1));
    drop((round, all, _late));
    assert_eq!(hub.topics(), 0);
}

#[test]
fn what_is_published_during_a_round_is_told_on_its_next_lap_all_at_once() {
    let (hub, ear) = (Hub::new(8), Arc::new(Noted::default()));
    let _heard: Vec<_> = (0..300).map(|key| hub.subscribe(&name("a"), ear.clone(), key)).collect();
    let mut round = hub.begin(&name("a"), 0).unwrap().1.unwrap();
    assert!(round.goes_on());
    assert!([1, 2, 3].map(|n| hub.begin(&name("a"), n).unwrap().1.is_none()).iter().all(|theirs| *theirs));
    while round.goes_on() {}
    let told =
        lock(&ear.0).iter().filter(|(key, ..)| *key == 299).map(|(.., frame)| *frame).collect::<Vec<_>>();
    assert_eq!(told, [0, 1, 2, 3]);
    assert!(hub.begin(&name("a"), 4).unwrap().1.is_some(), "the round has ended");
}

#[test]
fn a_round_that_is_left_keeps_nobody_from_the_next() {
    let (hub, ear) = (Hub::new(8), Arc::new(Noted::default()));
    let _heard = hub.subscribe(&name("a"), ear.clone(), 0);
    drop(hub.begin(&name("a"), 0));
    hub.publish(&name("a"), 1);
    assert_eq!(*lock(&ear.0), [(0, 1, 1)]);
}

/// A subscriber that panics when it is notified.
struct Panics;

impl Ear<u32> for Panics {
    fn hear(&self, _: usize, _: u64, _: &[u32]) {
        std::panic::resume_unwind(Box::new("a fault on purpose"))
    }
}

#[test]
fn a_panic_in_one_subscriber_keeps_the_frame_from_no_other() {
    let (hub, ear) = (Hub::new(8), Arc::new(Noted::default()));
    // Before, between and after those that panic, over more than one part of the round.
    let _all: Vec<_> = (0..600)
        .map(|key| match key % 100 {
            50 => hub.subscribe(&name("a"), Arc::new(Panics), key),
            _ => hub.subscribe(&name("a"), ear.clone(), key),
        })
        .collect();
    for frame in [7, 8] {
        hub.publish(&name("a"), frame);
        let told = lock(&ear.0).drain(..).filter(|(.., told)| *told == frame).count();
        assert_eq!(told, 594);
    }
}
