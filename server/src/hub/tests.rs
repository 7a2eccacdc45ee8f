use super::*;

fn name(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn wake() -> Arc<Notify> {
    Arc::new(Notify::new())
}

fn all(subscription: &mut Subscription<u32>) -> Vec<Taken<u32>> {
    std::iter::from_fn(|| subscription.take()).collect()
}

#[test]
fn a_subscriber_hears_its_own_topic_only() {
    let hub = Hub::new(8);
    let (mut lobby, mut other) =
        (hub.subscribe(&name("lobby"), &wake()), hub.subscribe(&name("other"), &wake()));
    hub.publish(&name("lobby"), 1);
    assert_eq!(all(&mut lobby), [Taken::Frame(1)]);
    assert_eq!(all(&mut other), []);
}

#[test]
fn every_subscriber_gets_every_frame_in_order_at_its_own_pace() {
    let hub = Hub::new(8);
    let (mut quick, mut slow) = (hub.subscribe(&name("a"), &wake()), hub.subscribe(&name("a"), &wake()));
    hub.publish(&name("a"), 1);
    assert_eq!(all(&mut quick), [Taken::Frame(1)]);
    hub.publish(&name("a"), 2);
    assert_eq!(all(&mut quick), [Taken::Frame(2)]);
    assert_eq!(all(&mut slow), [Taken::Frame(1), Taken::Frame(2)]);
}

#[test]
fn one_that_fell_behind_is_told_and_goes_on_with_what_is_left() {
    let hub = Hub::new(2);
    let mut slow = hub.subscribe(&name("a"), &wake());
    for n in 1..=5 {
        hub.publish(&name("a"), n);
    }
    assert_eq!(all(&mut slow), [Taken::Missed, Taken::Frame(4), Taken::Frame(5)]);
}

#[test]
fn hearing_begins_with_the_next_frame() {
    let hub = Hub::new(8);
    let _first = hub.subscribe(&name("a"), &wake());
    hub.publish(&name("a"), 1);
    assert_eq!(all(&mut hub.subscribe(&name("a"), &wake())), []);
}

#[test]
fn a_topic_that_nobody_hears_is_gone() {
    let hub = Hub::new(8);
    let (one, two) = (hub.subscribe(&name("a"), &wake()), hub.subscribe(&name("a"), &wake()));
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
    let (mut own, mut other) = (hub.subscribe(&name("a"), &wake()), hub.subscribe(&name("a"), &wake()));
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
            scope.spawn(|| (0..5_000).for_each(|_| drop(hub.subscribe(&name("a"), &wake()))));
        }
    });
    assert_eq!(hub.topics(), 0);
}

#[tokio::test]
async fn a_frame_wakes_whoever_waits_and_one_who_comes_to_wait_later() {
    let hub = Hub::new(2);
    let wake = wake();
    let _heard = hub.subscribe(&name("a"), &wake);
    hub.publish(&name("a"), 1);
    wake.notified().await;
    let waiting = tokio::spawn({
        let wake = Arc::clone(&wake);
        async move { wake.notified().await }
    });
    hub.publish(&name("a"), 2);
    waiting.await.unwrap();
}
