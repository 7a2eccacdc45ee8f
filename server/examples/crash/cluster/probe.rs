//! Measures how long an event takes to subscribers on other nodes. Only one node writes to the topic: a commit of its own would show a
//! node that it lacks events.

use std::time::{Duration, Instant};

use app::protocol::{ClientFrame, ErrorCode, PROTOCOL_VERSION, ServerFrame, TopicName};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    node::Node,
    promise::{Judge, POLLED_WITHIN},
};
use crate::{
    Violation,
    connection::{Connection, RESPONSE_TIMEOUT, open_session},
    log_reader::LogReader,
    random::Random,
};

/// The time between two attempts to store a draft while the node cannot.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);
/// An event is stored within this time, which is longer than any outage.
const STORE_TIMEOUT: Duration = Duration::from_secs(60);

/// Right after an outage a node refuses some requests with `unavailable`, and closes connections that begin then, until it has
/// replaced its connections to the database. Clients try again for this time.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Live subscribers of a new topic, one on each of some nodes.
pub(crate) struct Subscribers {
    pub(crate) topic: TopicName,
    running: JoinSet<Result<Vec<Instant>, Violation>>,
}

/// A client that publishes on one node.
pub(crate) struct Writer {
    connection: Connection,
    random: Random,
    references: u64,
}

/// Publishes as many events on the first node, with the pause after each, and returns the times in which subscribers on the others
/// received them since the events were acknowledged, in order: before that, the disk counts, too. Judges them.
pub(crate) async fn measure(
    nodes: &[Node],
    random: Random,
    (events, pause): (usize, Duration),
    judge: &mut Judge,
) -> Result<Vec<Duration>, Violation> {
    let (writing, listening) = nodes.split_first().ok_or("no node")?;
    let subscribers = Subscribers::start(listening, events).await?;
    let mut writer = Writer::connect(writing, random).await?;
    let mut published = Vec::new();
    for _ in 0..events {
        published.push(writer.publish(&subscribers.topic).await?);
        sleep(pause).await;
    }
    let all = subscribers.received().await?;
    let times: Vec<_> =
        all.into_iter().flat_map(|received| published.iter().copied().zip(received)).collect();
    // A hint may be faster than the ack.
    let mut latencies: Vec<_> =
        times.iter().map(|(acked, received)| received.saturating_duration_since(*acked)).collect();
    latencies.sort_unstable();
    judge.judge_most("an event reaches another node", POLLED_WITHIN, times)?;
    Ok(latencies)
}

impl Subscribers {
    /// Subscribes on each node, and waits for this many events.
    pub(crate) async fn start(nodes: &[Node], events: usize) -> Result<Self, Violation> {
        let topic: TopicName = format!("probe-{}", Random::fresh_word()).parse().expect("a topic");
        let mut running = JoinSet::new();
        for node in nodes {
            let mut reader = subscribe(node, &topic).await?;
            running.spawn(async move {
                let mut received = Vec::new();
                while received.len() < events {
                    reader.next_event().await?;
                    received.push(Instant::now());
                }
                Ok(received)
            });
        }
        Ok(Self { topic, running })
    }

    /// Waits until each has received all events, and returns when.
    pub(crate) async fn received(mut self) -> Result<Vec<Vec<Instant>>, Violation> {
        let mut all = Vec::new();
        while let Some(received) = self.running.join_next().await {
            all.push(received.map_err(|error| error.to_string())??);
        }
        Ok(all)
    }
}

/// Subscribes to a topic on a node.
pub(crate) async fn subscribe(node: &Node, topic: &TopicName) -> Result<LogReader, Violation> {
    begin(async || {
        let mut reader = LogReader::connect(&node.program, topic).await?;
        reader.subscribe(None, 0).await?;
        Ok(reader)
    })
    .await
}

/// Repeats an attempt that fails, for [`BEGIN_TIMEOUT`].
async fn begin<T>(mut attempt: impl AsyncFnMut() -> Result<T, Violation>) -> Result<T, Violation> {
    let started = Instant::now();
    loop {
        match attempt().await {
            Err(_) if started.elapsed() < BEGIN_TIMEOUT => sleep(RETRY_INTERVAL).await,
            result => return result,
        }
    }
}

impl Writer {
    /// Connects, and publishes a first event to the topic.
    pub(crate) async fn begin(node: &Node, mut random: Random, topic: &TopicName) -> Result<Self, Violation> {
        begin(async || {
            let mut writer = Self::connect(node, random.split()).await?;
            writer.publish(topic).await?;
            Ok(writer)
        })
        .await
    }

    pub(crate) async fn connect(node: &Node, random: Random) -> Result<Self, Violation> {
        let address = node.program.address;
        let cookie = open_session(address).await.ok_or("no session")?;
        let mut connection =
            Connection::open(address, &cookie, RESPONSE_TIMEOUT).await.ok_or("no connection")?;
        connection.send(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: None }).await.ok_or("cut")?;
        Ok(Self { connection, random, references: 0 })
    }

    /// Publishes an event, again and again while the node cannot store it, and returns when it was acknowledged.
    pub(crate) async fn publish(&mut self, topic: &TopicName) -> Result<Instant, Violation> {
        self.references += 1;
        let reference = self.references;
        let draft = self.random.draft();
        let frame = ClientFrame::Publish {
            reference,
            topic: topic.clone(),
            draft,
            body: reference.to_string(),
            reply_to: None,
        };
        let stored = async {
            while !self.is_stored(&frame).await? {
                sleep(RETRY_INTERVAL).await;
            }
            Ok(Instant::now())
        };
        timeout(STORE_TIMEOUT, stored).await.map_err(|_| "an event was not stored")?
    }

    /// Sends a draft. Returns `false` if the node cannot store it now.
    async fn is_stored(&mut self, frame: &ClientFrame) -> Result<bool, Violation> {
        self.connection.send(frame).await.ok_or("cut")?;
        loop {
            match self.connection.receive(|_| false).await?.ok_or("cut")? {
                ServerFrame::Ack { .. } => return Ok(true),
                ServerFrame::Error { code: ErrorCode::Unavailable, .. } => return Ok(false),
                ServerFrame::Error { message, .. } => return Err(message),
                _ => {}
            }
        }
    }
}
