//! Scenarios: each runs concurrent tasks and asserts the result under every schedule. A lost wake-up causes a deadlock, which
//! shuttle reports.

use std::sync::Arc;

use shuttle::{
    Config, Runner,
    future::{JoinHandle, block_on},
    rand::{Rng, thread_rng},
    scheduler::{PctScheduler, RandomScheduler},
    sync::Mutex,
    thread,
};
use tokio_util::sync::CancellationToken;

use super::{
    config::ConnectionConfig,
    connection::Connection,
    echo::{Echo, REFUSED, SUBSCRIBE, notify_all, topic},
    transport::{self, Peer},
};
use crate::{
    address_limits::AddressPermit,
    config::Limits,
    hub::{Hub, Subscriber},
};

/// Changes of thread that a schedule with priorities forces. Most faults need no more than three.
const PCT_DEPTH: usize = 3;

/// Runs a scenario under `count` random schedules and as many with random priorities. `INTERLEAVINGS=n` sets another number;
/// `INTERLEAVING=schedule` replays one that was printed.
pub fn explore(scenario: fn(), count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    // Connections create a timer, which needs a runtime. It is off, so nothing has to drive the runtime.
    let _context = runtime.enter();
    if let Ok(schedule) = std::env::var("INTERLEAVING") {
        return shuttle::replay(scenario, &schedule);
    }
    let count = std::env::var("INTERLEAVINGS").ok().and_then(|count| count.parse().ok()).unwrap_or(count);
    let mut config = Config::new();
    config.silence_warnings = true;
    Runner::new(RandomScheduler::new(count), config.clone()).run(scenario);
    Runner::new(PctScheduler::new(PCT_DEPTH, count), config).run(scenario);
}

/// A running server: its endpoint, and the committer for what its clients publish.
struct Server {
    endpoint: Arc<Echo>,
    committer: thread::JoinHandle<()>,
}

/// A client of the server, and the task of its connection.
struct Client {
    peer: Peer,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that will commit `published` numbers of its clients.
    fn start(ring_capacity: usize, published: usize) -> Self {
        let (endpoint, jobs) = Echo::new(ring_capacity);
        let echo = Arc::clone(&endpoint);
        let committer = thread::spawn(move || echo.commit(jobs.iter().take(published)));
        Self { endpoint, committer }
    }

    /// Connects a client, and waits until it has subscribed.
    fn connect(&self) -> Client {
        // Room for less than a frame, for some, or for all of them.
        let capacity = [3, 10, 1_000][thread_rng().gen_range(0..3)];
        let (transport, mut peer) = transport::connect(capacity);
        let limits = Limits {
            frame_bytes: 100,
            frames_per_second: 0,
            frame_burst: 0,
            write_seconds: 60,
            pending_bytes: 10,
            pending_bytes_total: 0,
        };
        let config = Arc::new(ConnectionConfig::new(&limits, 0));
        let (connection, context) = Connection::new(
            Arc::clone(&self.endpoint),
            transport,
            b"",
            Box::default(),
            config,
            AddressPermit,
        );
        let task = shuttle::future::spawn(async move {
            connection.run(context, &CancellationToken::new()).await;
        });
        assert_eq!(peer.next().as_deref(), Some("start"));
        Client { peer, task }
    }

    /// Publishes numbers from a thread of their own.
    fn publish(&self, numbers: impl IntoIterator<Item = u32> + Send + 'static) -> thread::JoinHandle<()> {
        let endpoint = Arc::clone(&self.endpoint);
        thread::spawn(move || numbers.into_iter().for_each(|number| endpoint.publish(number)))
    }

    /// All clients have left: nothing may keep the topic alive.
    fn end(self, publishers: Vec<thread::JoinHandle<()>>) {
        publishers.into_iter().for_each(|publisher| publisher.join().unwrap());
        self.committer.join().unwrap();
        assert_eq!(self.endpoint.hub.topic_count(), 0, "the topic outlives its subscribers");
    }
}

impl Client {
    /// Receives texts until `is_last`. Returns all of them.
    fn receive_until(&mut self, is_last: impl Fn(&[String]) -> bool) -> Vec<String> {
        let mut received = Vec::new();
        while !is_last(&received) {
            received.push(self.peer.next().expect("the connection stays open"));
        }
        received
    }

    /// Receives `count` texts.
    fn receive(&mut self, count: usize) -> Vec<String> {
        self.receive_until(|received| received.len() == count)
    }

    /// Closes the connection, and waits for the end of its task. Nothing more may have been sent.
    fn close(self) {
        drop(self.peer);
        block_on(self.task).unwrap();
    }
}

fn numbers(texts: &[String]) -> Vec<u32> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// Asserts that each publisher's numbers, which have the same tens, came in order and once.
fn assert_in_order(texts: &[String]) {
    let numbers = numbers(texts);
    for publisher in 0..10 {
        let own: Vec<u32> = numbers.iter().copied().filter(|number| number / 10 == publisher).collect();
        assert!(own.is_sorted_by(|a, b| a < b), "{texts:?}");
    }
}

/// Two publishers, and a connection that becomes idle again and again: it receives each number once and in order.
pub fn frames_reach_an_idle_connection() {
    let server = Server::start(16, 0);
    let mut client = server.connect();
    let publishers = vec![server.publish(11..13), server.publish(21..23)];
    let received = client.receive(4);
    assert_in_order(&received);
    assert_eq!(numbers(&received).len(), 4, "{received:?}");
    client.close();
    server.end(publishers);
}

/// All subscribers of a topic receive its numbers in the same order.
pub fn subscribers_agree_on_the_order() {
    let server = Server::start(16, 0);
    let mut clients = [server.connect(), server.connect()];
    let publishers = vec![server.publish(11..13), server.publish(21..22)];
    let received = clients.each_mut().map(|client| client.receive(3));
    assert_eq!(received[0], received[1]);
    clients.into_iter().for_each(Client::close);
    server.end(publishers);
}

/// A client publishes while others do: the ack of each number comes before the number.
pub fn acks_come_before_their_frames() {
    let server = Server::start(16, 2);
    let mut client = server.connect();
    let publishers = vec![server.publish(21..23)];
    client.peer.send("11");
    client.peer.send("12");
    let received = client.receive(6);
    assert_in_order(&received);
    let at = |text: &str| received.iter().position(|received| received == text);
    for number in [11, 12] {
        let [ack, frame] = [format!("ack {number}"), number.to_string()].map(|text| at(&text).expect(&text));
        assert!(ack < frame, "{received:?}");
    }
    client.close();
    server.end(publishers);
}

/// A receipt that no frame follows wakes its connection by itself.
pub fn acks_arrive_without_frames() {
    let server = Server::start(16, 2);
    let mut client = server.connect();
    client.peer.send(&REFUSED.to_string());
    assert_eq!(client.receive(1), [format!("ack {REFUSED}")]);
    client.peer.send(&(REFUSED + 1).to_string());
    assert_eq!(client.receive(1), [format!("ack {}", REFUSED + 1)]);
    client.close();
    server.end(Vec::new());
}

/// The ring overwrites numbers that a connection has not received: it receives `Lagged`, and continues with the oldest one left.
pub fn a_lagging_connection_continues() {
    let server = Server::start(2, 0);
    let mut client = server.connect();
    let publishers = vec![server.publish(11..16)];
    let received = client.receive_until(|received| received.last().is_some_and(|text| text == "15"));
    assert_in_order(&received);
    for pair in received.windows(2) {
        let [before, after] = [0, 1].map(|index| pair[index].parse::<u32>());
        assert!(before.is_err() || after.is_err() || after == before.map(|n| n + 1), "{received:?}");
    }
    client.close();
    server.end(publishers);
}

/// A client subscribes once more while numbers are published: from then on it receives all of them, and none a second time.
pub fn a_second_subscription_replaces_the_first() {
    let server = Server::start(16, 0);
    let mut client = server.connect();
    let publisher = server.publish(11..15);
    client.peer.send(SUBSCRIBE);
    let mut received = client.receive_until(|received| received.last().is_some_and(|text| text == "start"));
    let later = server.publish(31..33);
    received.extend(client.receive_until(|received| received.last().is_some_and(|text| text == "32")));
    assert_in_order(&received);
    assert!(numbers(&received).contains(&31), "{received:?}");
    client.close();
    server.end(vec![publisher, later]);
}

/// A connection subscribes while numbers are published: it receives all from some number on.
pub fn a_connection_subscribes_amid_frames() {
    let server = Server::start(16, 0);
    let publisher = server.publish(11..15);
    let mut client = server.connect();
    let later = server.publish(31..32);
    let received = client.receive_until(|received| received.iter().any(|text| text == "31"));
    assert_in_order(&received);
    publisher.join().unwrap();
    let last = server.publish(41..42);
    let rest = client.receive_until(|received| received.last().is_some_and(|text| text == "41"));
    let of_first: Vec<u32> = numbers(&[received, rest].concat()).into_iter().filter(|n| *n < 20).collect();
    assert!(of_first.is_empty() || of_first == (of_first[0]..15).collect::<Vec<_>>(), "{of_first:?}");
    client.close();
    server.end(vec![later, last]);
}

/// A connection ends amid numbers: by its client, or because its task is cancelled. The other one receives everything.
pub fn a_connection_that_ends_takes_nothing_with_it() {
    let server = Server::start(16, 0);
    let (ends, mut stays) = (server.connect(), server.connect());
    let publishers = vec![server.publish(11..13), server.publish(21..22)];
    if thread_rng().r#gen() {
        ends.close();
    } else {
        ends.task.abort();
        let _ = block_on(ends.task);
    }
    let received = stays.receive(3);
    assert_in_order(&received);
    stays.close();
    server.end(publishers);
}

/// Records the numbers that it is notified of.
#[derive(Default)]
struct Recorder(Mutex<Vec<u32>>);

impl Subscriber<u32> for Recorder {
    fn notify(&self, _: usize, position: u64, frames: &[u32]) {
        let mut notified = self.0.lock().unwrap();
        assert_eq!(notified.len() as u64, position, "a pass begins where the last one ended");
        notified.extend_from_slice(frames);
    }
}

/// Publishers meet: the fan-out of one of them takes the numbers of all, and ends only when none is left.
pub fn a_fan_out_leaves_no_frame() {
    let hub = Hub::new(16);
    let recorder = Arc::new(Recorder::default());
    let subscription = hub.subscribe(&topic(), recorder.clone(), 0);
    let publishers: Vec<_> = (1..4)
        .map(|publisher| {
            let hub = hub.clone();
            thread::spawn(move || {
                for number in 0..2 {
                    let fan_out = hub.append(&topic(), 10 * publisher + number).unwrap().1;
                    notify_all(fan_out);
                }
            })
        })
        .collect();
    publishers.into_iter().for_each(|publisher| publisher.join().unwrap());
    let mut notified = recorder.0.lock().unwrap().clone();
    notified.sort_unstable();
    assert_eq!(notified, [10, 11, 20, 21, 30, 31]);
    drop(subscription);
    assert_eq!(hub.topic_count(), 0);
}

/// The last subscriber leaves a topic while another one arrives: the topic that it is in is the one that numbers are published to.
pub fn a_topic_is_not_removed_under_a_new_subscriber() {
    let hub: Hub<u32> = Hub::new(16);
    let first = hub.subscribe(&topic(), Arc::new(Recorder::default()), 0);
    let leaving = thread::spawn(move || drop(first));
    let recorder = Arc::new(Recorder::default());
    let second = hub.subscribe(&topic(), recorder.clone(), 0);
    leaving.join().unwrap();
    hub.publish(&topic(), 1);
    assert_eq!(recorder.0.lock().unwrap()[..], [1]);
    drop(second);
    assert_eq!(hub.topic_count(), 0);
}
