use super::*;

fn name(name: &str) -> TopicName {
    name.parse().unwrap()
}

/// Subscribes, without listening to the notifications.
fn subscribe(hub: &Hub<u32>, topic: &str) -> Subscription<u32> {
    hub.subscribe(&name(topic), Arc::new(Notify::new()), 0)
}

fn drain(subscription: &mut Subscription<u32>) -> Vec<Received<u32>> {
    std::iter::from_fn(|| subscription.try_recv()).collect()
}

#[test]
fn a_subscriber_receives_only_its_own_topic() {
    let hub = Hub::new(8);
    let mut lobby = subscribe(&hub, "lobby");
    let mut other = subscribe(&hub, "other");
    hub.publish(&name("lobby"), 1);
    assert_eq!(drain(&mut lobby), [Received::Frame(1)]);
    assert_eq!(drain(&mut other), []);
}

#[test]
fn all_subscribers_share_their_topics_name() {
    let hub = Hub::new(8);
    let subscriptions = ["lobby", "lobby", "other"].map(|topic| subscribe(&hub, topic));
    let [first, second, other] = subscriptions.each_ref().map(|s| s.topic().as_str().as_ptr());
    assert!(first == second && first != other);
}

#[test]
fn every_subscriber_receives_every_frame_in_order_at_its_own_pace() {
    let hub = Hub::new(8);
    let mut quick = subscribe(&hub, "a");
    let mut slow = subscribe(&hub, "a");
    hub.publish(&name("a"), 1);
    assert_eq!(drain(&mut quick), [Received::Frame(1)]);
    hub.publish(&name("a"), 2);
    assert_eq!(drain(&mut quick), [Received::Frame(2)]);
    assert_eq!(drain(&mut slow), [Received::Frame(1), Received::Frame(2)]);
}

#[test]
fn a_lagging_subscriber_is_notified_and_continues_with_the_oldest_frame_left() {
    let hub = Hub::new(2);
    let mut slow = subscribe(&hub, "a");
    for n in 1..=5 {
        hub.publish(&name("a"), n);
    }
    assert_eq!(drain(&mut slow), [Received::Lagged, Received::Frame(4), Received::Frame(5)]);
}

#[test]
fn a_subscription_starts_with_the_next_frame() {
    let hub = Hub::new(8);
    let _first = subscribe(&hub, "a");
    hub.publish(&name("a"), 1);
    assert_eq!(drain(&mut subscribe(&hub, "a")), []);
}

#[test]
fn a_topic_without_subscribers_is_removed() {
    let hub = Hub::new(8);
    let one = subscribe(&hub, "a");
    let two = subscribe(&hub, "a");
    hub.publish(&name("b"), 1);
    assert_eq!(hub.topic_count(), 1);
    drop(one);
    assert_eq!(hub.topic_count(), 1);
    drop(two);
    assert_eq!(hub.topic_count(), 0);
}

#[test]
fn subscriptions_to_all_topics_are_counted_while_the_hub_is_locked() {
    let hub = Hub::new(4);
    let first = subscribe(&hub, "a");
    let _others = [subscribe(&hub, "a"), subscribe(&hub, "b")];
    let topics = hub.shared.topics.lock();
    assert_eq!(hub.subscription_count(), 3);
    drop(topics);
    drop(first);
    assert_eq!(hub.subscription_count(), 2);
}

#[test]
fn a_skipped_frame_is_left_out_and_the_next_is_received() {
    let hub = Hub::new(8);
    let mut own = subscribe(&hub, "a");
    let mut other = subscribe(&hub, "a");
    own.skip(hub.publish(&name("a"), 1).unwrap());
    hub.publish(&name("a"), 2);
    assert_eq!(drain(&mut own), [Received::Frame(2)]);
    assert_eq!(drain(&mut other), [Received::Frame(1), Received::Frame(2)]);
}

#[test]
fn several_skipped_frames_are_left_out_and_then_forgotten() {
    let hub = Hub::new(8);
    let mut own = subscribe(&hub, "a");
    for frame in [1, 2] {
        own.skip(hub.publish(&name("a"), frame).unwrap());
    }
    hub.publish(&name("a"), 3);
    assert_eq!(drain(&mut own), [Received::Frame(3)]);
    assert_eq!(own.received_since(3), Some(0), "frames can be delivered inline again");
}

#[test]
fn a_skipped_frame_that_was_overwritten_does_not_hide_a_later_one() {
    let hub = Hub::new(2);
    let mut own = subscribe(&hub, "a");
    own.skip(hub.publish(&name("a"), 1).unwrap());
    for frame in [2, 3] {
        hub.publish(&name("a"), frame);
    }
    own.skip(hub.publish(&name("a"), 4).unwrap());
    assert_eq!(drain(&mut own), [Received::Lagged, Received::Frame(3)]);
}

#[test]
fn topics_do_not_leak_when_publishing_races_with_leaving() {
    let hub = Hub::new(2);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                (0..5_000).for_each(|n| {
                    let _ = hub.publish(&name("a"), n);
                })
            });
            scope.spawn(|| (0..5_000).for_each(|_| drop(subscribe(&hub, "a"))));
        }
    });
    assert_eq!(hub.topic_count(), 0);
}

#[tokio::test]
async fn a_frame_wakes_a_task_that_waits_and_one_that_starts_to_wait_later() {
    let hub = Hub::new(2);
    let wake = Arc::new(Notify::new());
    let _subscriptions = hub.subscribe(&name("a"), wake.clone(), 0);
    hub.publish(&name("a"), 1);
    wake.notified().await;
    let waiting = tokio::spawn({
        let wake = Arc::clone(&wake);
        async move { wake.notified().await }
    });
    hub.publish(&name("a"), 2);
    waiting.await.unwrap();
}

/// Records its notifications as (key, position, frame).
#[derive(Default)]
struct Recorder(Mutex<Vec<(usize, u64, u32)>>);

impl Subscriber<u32> for Recorder {
    fn notify(&self, key: usize, position: u64, frames: &[u32]) {
        let notified = (position..).zip(frames).map(|(position, frame)| (key, position, *frame));
        self.0.lock().extend(notified);
    }
}

#[test]
fn a_subscriber_is_notified_of_each_frame_once_with_the_key_of_the_subscription() {
    let hub = Hub::new(8);
    let recorder = Arc::new(Recorder::default());
    let _one = hub.subscribe(&name("a"), recorder.clone(), 1);
    let two = hub.subscribe(&name("b"), recorder.clone(), 2);
    for n in [10, 11] {
        hub.publish(&name("a"), n);
        hub.publish(&name("b"), n);
    }
    drop(two);
    hub.publish(&name("b"), 12);
    assert_eq!(*recorder.0.lock(), [(1, 0, 10), (2, 0, 10), (1, 1, 11), (2, 1, 11)]);
}

#[test]
fn a_subscriber_that_has_left_is_not_notified() {
    let hub = Hub::new(8);
    let recorder = Arc::new(Recorder::default());
    let _stays = hub.subscribe(&name("a"), recorder.clone(), 1);
    drop(hub.subscribe(&name("a"), recorder.clone(), 2));
    hub.publish(&name("a"), 10);
    assert_eq!(*recorder.0.lock(), [(1, 0, 10)]);
}

#[test]
fn a_frame_handled_in_the_notification_is_not_received_again() {
    let hub = Hub::new(8);
    let mut subscription = subscribe(&hub, "a");
    hub.publish(&name("a"), 1);
    assert_eq!([0, 1].map(|position| subscription.received_since(position)), [Some(0), None]);
    subscription.advance();
    hub.publish(&name("a"), 2);
    assert_eq!(subscription.received_since(0), Some(1));
    assert_eq!(drain(&mut subscription), [Received::Frame(2)]);
    subscription.skip(2);
    assert_eq!(subscription.received_since(2), None, "a skipped frame is among them");
}

#[test]
fn a_fan_out_reaches_all_subscribers_while_others_join_and_leave() {
    let hub = Hub::new(8);
    let recorder = Arc::new(Recorder::default());
    let mut all: Vec<_> = (0..600).map(|key| hub.subscribe(&name("a"), recorder.clone(), key)).collect();
    let mut fan_out = hub.append(&name("a"), 7).unwrap().1.unwrap();
    assert!(fan_out.notify_chunk());
    assert!((1..600).contains(&recorder.0.lock().len()));
    drop(all.drain(..300));
    let _late = hub.subscribe(&name("a"), recorder.clone(), 1_000);
    while fan_out.notify_chunk() {}
    let notified: Vec<_> = recorder.0.lock().iter().map(|(key, ..)| *key).collect();
    assert!((300..600).all(|key| notified.iter().filter(|notified| **notified == key).count() == 1));
    drop((fan_out, all, _late));
    assert_eq!(hub.topic_count(), 0);
}

#[test]
fn frames_published_during_a_pass_are_delivered_together_in_the_next() {
    let hub = Hub::new(8);
    let recorder = Arc::new(Recorder::default());
    let _subscriptions: Vec<_> =
        (0..300).map(|key| hub.subscribe(&name("a"), recorder.clone(), key)).collect();
    let mut fan_out = hub.append(&name("a"), 0).unwrap().1.unwrap();
    assert!(fan_out.notify_chunk());
    assert!([1, 2, 3].map(|n| hub.append(&name("a"), n).unwrap().1.is_none()).iter().all(|theirs| *theirs));
    while fan_out.notify_chunk() {}
    let notified = recorder
        .0
        .lock()
        .iter()
        .filter(|(key, ..)| *key == 299)
        .map(|(.., frame)| *frame)
        .collect::<Vec<_>>();
    assert_eq!(notified, [0, 1, 2, 3]);
    assert!(hub.append(&name("a"), 4).unwrap().1.is_some(), "the fan-out has finished");
}

#[test]
fn an_abandoned_fan_out_does_not_block_the_next() {
    let hub = Hub::new(8);
    let recorder = Arc::new(Recorder::default());
    let _subscriptions = hub.subscribe(&name("a"), recorder.clone(), 0);
    drop(hub.append(&name("a"), 0));
    hub.publish(&name("a"), 1);
    assert_eq!(*recorder.0.lock(), [(0, 1, 1)]);
}

/// A subscriber that panics when it is notified.
struct Panics;

impl Subscriber<u32> for Panics {
    fn notify(&self, _: usize, _: u64, _: &[u32]) {
        std::panic::resume_unwind(Box::new("a fault on purpose"))
    }
}

#[test]
fn a_panic_in_one_subscriber_does_not_affect_the_others() {
    let hub = Hub::new(8);
    let recorder = Arc::new(Recorder::default());
    // Before, between and after those that panic, in more than one chunk of the fan-out.
    let _all: Vec<_> = (0..600)
        .map(|key| match key % 100 {
            50 => hub.subscribe(&name("a"), Arc::new(Panics), key),
            _ => hub.subscribe(&name("a"), recorder.clone(), key),
        })
        .collect();
    for frame in [7, 8] {
        hub.publish(&name("a"), frame);
        let notified = recorder.0.lock().drain(..).filter(|(.., notified)| *notified == frame).count();
        assert_eq!(notified, 594);
    }
}
