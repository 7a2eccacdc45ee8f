//! Each of two nodes behind a TCP balancer is drained and started again, while members write and listen. Nothing is lost or
//! doubled. Prints how long listeners were without a subscription (`make rolling-restart`).

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use app::protocol::{
    ClientFrame, DraftId, Name, PROTOCOL_VERSION, Position, SUBPROTOCOL, ServerFrame, SubscriptionMode,
};
use futures::{SinkExt, StreamExt, future::join_all};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::*;
use crate::support::{Browser, body_of, encode};

const DEFAULT_LISTENERS: usize = 20;
const WRITERS: usize = 4;
/// The last message.
const END: &str = "end";

/// Forwards each connection to the next node that accepts it.
struct TcpBalancer {
    address: SocketAddr,
    nodes: Arc<Mutex<Vec<SocketAddr>>>,
}

impl TcpBalancer {
    fn start(nodes: Vec<SocketAddr>) -> Self {
        let listener = server::accept::listen(([127, 0, 0, 1], 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let nodes = Arc::new(Mutex::new(nodes));
        tokio::spawn(accept(listener, Arc::clone(&nodes)));
        Self { address, nodes }
    }

    /// Stops forwarding to a node. Once the node has ended, another test's server may listen at its address.
    fn remove(&self, node: SocketAddr) {
        self.nodes.lock().unwrap().retain(|other| *other != node);
    }

    fn add(&self, node: SocketAddr) {
        self.nodes.lock().unwrap().push(node);
    }
}

async fn accept(listener: TcpListener, nodes: Arc<Mutex<Vec<SocketAddr>>>) {
    let turns = AtomicUsize::new(0);
    while let Ok((mut client, _)) = listener.accept().await {
        let mut candidates = nodes.lock().unwrap().clone();
        let turn = turns.fetch_add(1, Ordering::Relaxed) % candidates.len().max(1);
        candidates.rotate_left(turn);
        tokio::spawn(async move {
            for node in candidates {
                if let Ok(mut server) = TcpStream::connect(node).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}

/// A client that expects its connection to end at any time.
struct Client(WebSocketStream<TcpStream>);

impl Client {
    /// Connects and says hello. Returns `None` if the node goes away meanwhile.
    async fn connect(address: SocketAddr, cookie: &str) -> Option<Self> {
        let mut request = format!("ws://{address}/chat").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        if !cookie.is_empty() {
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.ok()?;
        let (socket, _) = client_async(request, stream).await.ok()?;
        let mut client = Self(socket);
        let name = Some(Name::parse("Ann").unwrap());
        client.sends(&ClientFrame::Hello { version: PROTOCOL_VERSION, name }).await?;
        match client.next().await? {
            ServerFrame::Welcome { .. } => Some(client),
            other => panic!("{other:?}"),
        }
    }

    async fn sends(&mut self, frame: &ClientFrame) -> Option<()> {
        self.0.send(Message::text(encode(frame))).await.ok()
    }

    /// Receives the next frame, or `None` when the node drains or the connection ends.
    async fn next(&mut self) -> Option<ServerFrame> {
        loop {
            match self.0.next().await?.ok()? {
                Message::Text(text) => match serde_json::from_str(text.as_str()).unwrap() {
                    ServerFrame::Drain { .. } => return None,
                    frame => return Some(frame),
                },
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }
}

/// The events that a listener has received.
#[derive(Default)]
struct Listened {
    events: Vec<Event>,
    position: Option<Position>,
    /// The time at which the last subscription ended.
    ended: Option<Instant>,
    /// The times between the end of a connection and the next subscription.
    gaps: Vec<Duration>,
}

impl Listened {
    fn receives(&mut self, event: Event) {
        if let Some(position) = &mut self.position {
            position.seq = event.seq;
            position.draft = event.kind.draft();
            position.at = Some(event.at);
        }
        self.events.push(event);
    }

    fn is_at_end(&self) -> bool {
        self.events.last().is_some_and(|event| body_of(event) == END)
    }

    /// Listens until the log ends, or returns `None` at the end of the connection.
    async fn listens(&mut self, address: SocketAddr, subscribed: &Semaphore) -> Option<()> {
        let mut client = Client::connect(address, "").await?;
        let since = self.position.clone();
        let topic = "lobby".parse().unwrap();
        client.sends(&ClientFrame::Subscribe { reference: 1, topic, since, tail: 200, echo: true }).await?;
        while !self.is_at_end() {
            match client.next().await? {
                ServerFrame::Subscribed { epoch, mode, events, .. } => {
                    assert!(self.position.is_none() || mode == SubscriptionMode::Resume, "{mode:?}");
                    if self.position.is_none() {
                        self.position = Some(Position::new(epoch, 0, None));
                        subscribed.add_permits(1);
                    }
                    self.gaps.extend(self.ended.take().map(|ended| ended.elapsed()));
                    events.into_iter().for_each(|event| self.receives(event));
                }
                ServerFrame::Event(event) => self.receives(event),
                _ => {}
            }
        }
        Some(())
    }
}

/// Adds a permit once it is subscribed.
async fn listens_to_the_end(address: SocketAddr, subscribed: Arc<Semaphore>) -> Listened {
    let mut listened = Listened::default();
    while listened.listens(address, &subscribed).await.is_none() {
        if listened.position.is_some() {
            // A failed attempt to connect belongs to the same gap.
            listened.ended.get_or_insert_with(Instant::now);
        }
    }
    listened
}

/// Publishes messages one after the other, each until it is acknowledged, and returns their drafts.
async fn writes(address: SocketAddr, name: usize, is_over: Arc<AtomicBool>) -> Vec<DraftId> {
    let browser = Browser::new(address);
    browser.gets("/t/lobby").await;
    let cookie = browser.cookie();
    let mut client = None;
    let mut drafts = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let draft = DraftId::fresh();
        let body = format!("{name} {}", drafts.len());
        while publishes(&mut client, address, &cookie, draft, &body).await.is_none() {
            client = None;
        }
        drafts.push(draft);
    }
    drafts
}

/// Returns `None` unless the draft was acknowledged.
async fn publishes(
    client: &mut Option<Client>,
    address: SocketAddr,
    cookie: &str,
    draft: DraftId,
    body: &str,
) -> Option<()> {
    if client.is_none() {
        *client = Client::connect(address, cookie).await;
    }
    let client = client.as_mut()?;
    let topic = "lobby".parse().unwrap();
    let frame = ClientFrame::Publish { reference: 1, topic, draft, body: body.to_owned(), reply_to: None };
    client.sends(&frame).await?;
    loop {
        match client.next().await? {
            ServerFrame::Ack { draft: acked, .. } if acked == draft => return Some(()),
            ServerFrame::Error { .. } => return None,
            _ => {}
        }
    }
}

fn listener_count() -> usize {
    std::env::var("CHORUS_TEST_LISTENERS").map_or(DEFAULT_LISTENERS, |count| count.parse().unwrap())
}

async fn restarts(server: TestServer, balancer: &TcpBalancer) -> TestServer {
    balancer.remove(server.address);
    let stopped = server.stops().await;
    assert!(stopped.in_time);
    let server = stopped.restarts().await;
    balancer.add(server.address);
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_restarted_one_after_the_other_under_load() {
    let Some(Nodes { a, b, .. }) = start_nodes("--shutdown-seconds 8", "--shutdown-seconds 8").await else {
        return;
    };
    let balancer = TcpBalancer::start(vec![a.address, b.address]);
    let address = balancer.address;
    let is_over = Arc::new(AtomicBool::new(false));
    let subscribed = Arc::new(Semaphore::new(0));
    let listeners: Vec<JoinHandle<Listened>> = (0..listener_count())
        .map(|_| tokio::spawn(listens_to_the_end(address, Arc::clone(&subscribed))))
        .collect();
    let writers: Vec<JoinHandle<Vec<DraftId>>> =
        (0..WRITERS).map(|name| tokio::spawn(writes(address, name, Arc::clone(&is_over)))).collect();
    let all = subscribed.acquire_many(listener_count() as u32);
    let _all = timeout(RECOVERY_TIMEOUT, all).await.expect("all listeners subscribe").unwrap();
    let mut probe = a.joins("Probe", "lobby").await;
    probe.receives_event().await;
    drop(probe);
    let a = restarts(a, &balancer).await;
    let b = restarts(b, &balancer).await;
    is_over.store(true, Ordering::Relaxed);
    let acked: Vec<DraftId> =
        join_all(writers).await.into_iter().flat_map(|drafts| drafts.expect("a writer")).collect();
    a.connects("Zoe").await.publishes_draft("lobby", DraftId::fresh(), END).await;
    let listened =
        timeout(RECOVERY_TIMEOUT, join_all(listeners)).await.expect("all listeners receive the end");
    let listened: Vec<Listened> =
        listened.into_iter().map(|listener| listener.expect("a listener")).collect();
    for Listened { events, .. } in &listened {
        assert_contains_all(events, &acked);
    }
    let gaps: Vec<Duration> = listened.into_iter().flat_map(|listener| listener.gaps).collect();
    assert!(gaps.len() >= listener_count(), "each listener was on a node that was restarted");
    print_gaps(gaps, acked.len());
    drop((a, b));
}

/// Asserts that a listener's events continue without a gap, and contain each acknowledged draft; none is there twice.
fn assert_contains_all(events: &[Event], acked: &[DraftId]) {
    let first = events.first().map_or(1, |event| event.seq);
    assert!(events.iter().map(|event| event.seq).eq(first..first + events.len() as u64), "lost or doubled");
    let drafts: HashSet<DraftId> = events.iter().filter_map(|event| event.kind.draft()).collect();
    assert_eq!(drafts.len(), events.len(), "a draft was stored twice");
    if first == 1 {
        assert!(acked.iter().all(|draft| drafts.contains(draft)), "an acknowledged message is missing");
    }
}

#[allow(clippy::print_stdout, reason = "`--nocapture` shows it")]
fn print_gaps(mut gaps: Vec<Duration>, messages: usize) {
    gaps.sort_unstable();
    let at = |share: f64| gaps[((gaps.len() - 1) as f64 * share) as usize];
    println!(
        "{} listeners, {messages} messages, {} reconnects: without a subscription p50 {:.1?}, p99 {:.1?}, max {:.1?}; none lost, \
         none doubled",
        listener_count(),
        gaps.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
