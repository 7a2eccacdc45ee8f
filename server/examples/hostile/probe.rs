//! An ordinary client that publishes and reads pages during an attack, and measures the latency of each.

use std::time::{Duration, Instant};

use app::protocol::{ClientFrame, DraftId, PROTOCOL_VERSION, SUBPROTOCOL, ServerFrame, TopicName};
use futures::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};
use uuid::Uuid;

use crate::server::Entrance;

/// A request that takes longer counts as failed.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause between two messages, and between two pages.
const PROBE_INTERVAL: Duration = Duration::from_millis(100);
/// Messages in the lobby before an attack: more than the server keeps in memory.
const INITIAL_MESSAGES: usize = 600;
/// Messages that one connection may publish at once under the default rate limit.
const MESSAGE_BURST: usize = 50;

/// The latencies of messages and pages, and the number of failures.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    pub(crate) publishes: Latencies,
    pub(crate) pages: Latencies,
}

#[derive(Debug, Default)]
pub(crate) struct Latencies {
    taken: Vec<Duration>,
    pub(crate) failed: usize,
}

impl Latencies {
    fn add(&mut self, taken: Option<Duration>) {
        match taken {
            Some(taken) => self.taken.push(taken),
            None => self.failed += 1,
        }
    }

    /// The 99th percentile in milliseconds; [`RESPONSE_TIMEOUT`] if no request succeeded.
    pub(crate) fn p99_ms(&self) -> u128 {
        let mut sorted = self.taken.clone();
        sorted.sort();
        let at = (sorted.len() * 99).div_ceil(100).saturating_sub(1);
        sorted.get(at).copied().unwrap_or(RESPONSE_TIMEOUT).as_millis()
    }
}

impl Probe {
    /// The higher one of the two 99th percentiles, in milliseconds.
    pub(crate) fn p99_ms(&self) -> u128 {
        self.publishes.p99_ms().max(self.pages.p99_ms())
    }

    pub(crate) async fn run(server: Entrance, duration: Duration) -> Self {
        let until = Instant::now() + duration;
        let (publishes, pages) = tokio::join!(publish_until(server, until), read_until(server, until));
        Self { publishes, pages }
    }
}

async fn publish_until(server: Entrance, until: Instant) -> Latencies {
    let mut latencies = Latencies::default();
    let mut member = Member::join(server, None).await;
    while Instant::now() < until {
        let begun = Instant::now();
        let acked = match &mut member {
            Some(member) => member.publish().await.is_some(),
            None => false,
        };
        latencies.add(acked.then(|| begun.elapsed()));
        if !acked {
            member = Member::join(server, None).await;
        }
        sleep(PROBE_INTERVAL).await;
    }
    latencies
}

async fn read_until(server: Entrance, until: Instant) -> Latencies {
    let mut latencies = Latencies::default();
    while Instant::now() < until {
        let begun = Instant::now();
        let read = get(server, "/t/lobby").await;
        latencies.add((read == Some(200)).then(|| begun.elapsed()));
        sleep(PROBE_INTERVAL).await;
    }
    latencies
}

/// Gets a page with its whole body and returns the status. Returns `None` after an error or a timeout.
async fn get(server: Entrance, path: &str) -> Option<u16> {
    let answer = async {
        let get = reqwest::Client::new().get(format!("http://{}{path}", server.address));
        let get = match server.secret {
            Some(secret) => get.bearer_auth(secret),
            None => get,
        };
        let answer = get.send().await.ok()?;
        let status = answer.status().as_u16();
        answer.bytes().await.ok().map(|_| status)
    };
    timeout(RESPONSE_TIMEOUT, answer).await.ok()?
}

pub(crate) async fn is_ready(server: Entrance) -> bool {
    get(server, "/readyz").await == Some(200) && get(server, "/t/lobby").await == Some(200)
}

/// Fills the lobby from several client addresses, each within its rate limit.
pub(crate) async fn fill(server: Entrance) {
    for person in 0..INITIAL_MESSAGES / MESSAGE_BURST {
        let mut member = Member::join(server, Some(person)).await.expect("a member");
        for _ in 0..MESSAGE_BURST {
            member.publish().await.expect("an ack");
        }
    }
}

/// A connection after its `hello`.
struct Member(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Member {
    /// Connects. A number gives it an address of its own by the header `X-Forwarded-For`.
    async fn join(server: Entrance, number: Option<usize>) -> Option<Self> {
        let mut request = format!("ws://{}/chat", server.address).into_client_request().ok()?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
        if let Some(secret) = server.secret {
            request.headers_mut().insert("authorization", format!("Bearer {secret}").parse().ok()?);
        }
        if let Some(number) = number {
            request.headers_mut().insert("x-forwarded-for", format!("198.51.100.{number}").parse().ok()?);
        }
        let (socket, _) = timeout(RESPONSE_TIMEOUT, connect_async(request)).await.ok()?.ok()?;
        let mut member = Self(socket);
        member.send(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: None }).await?;
        Some(member)
    }

    /// Publishes a message and waits for its ack.
    async fn publish(&mut self) -> Option<()> {
        let topic: TopicName = "lobby".parse().ok()?;
        let draft = DraftId(Uuid::now_v7());
        let body = "The quick brown fox jumps over the lazy dog. ".repeat(20);
        self.send(&ClientFrame::Publish { reference: 1, topic, draft, body, reply_to: None }).await?;
        timeout(RESPONSE_TIMEOUT, self.next_ack()).await.ok()?
    }

    async fn next_ack(&mut self) -> Option<()> {
        loop {
            let Message::Text(text) = self.0.next().await?.ok()? else { continue };
            match serde_json::from_str(&text).ok()? {
                ServerFrame::Ack { .. } => return Some(()),
                ServerFrame::Error { .. } => return None,
                _ => {}
            }
        }
    }

    async fn send(&mut self, frame: &ClientFrame) -> Option<()> {
        let json = serde_json::to_string(frame).ok()?;
        timeout(RESPONSE_TIMEOUT, self.0.send(Message::Text(json.into()))).await.ok()?.ok()
    }
}
