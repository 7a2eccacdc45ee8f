//! A second endpoint is one file and one route: this is one, with a hub of its own.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use app::protocol::{CloseCode, Name, TopicName};
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header::COOKIE},
};
use clap::Parser;
use server::{
    config::{Cli, Command},
    database::Database,
    endpoint::{Close, Echo, Endpoint, Flow, KeepAlive, Opening, Refusal, Socket, Sockets, route},
    hub::Hub,
    origin::Origins,
    session::Sessions,
};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::{Knock, soon};

/// Answers text with its number and itself, and bytes backwards. `hear`, `leave`, `tell` and `tell-others` are about
/// its one topic.
struct Parrot {
    hub: Hub<String>,
    keep_alive: KeepAlive,
    /// Lets `wait` go on.
    gate: Arc<Semaphore>,
    closed: mpsc::UnboundedSender<(Name, usize, Close)>,
}

/// What a parrot remembers of a connection.
struct Listener {
    name: Name,
    said: usize,
}

impl Endpoint for Parrot {
    type State = Listener;
    type Frame = String;
    type Work = Infallible;

    fn hub(&self) -> &Hub<String> {
        &self.hub
    }

    fn keep_alive(&self) -> KeepAlive {
        self.keep_alive
    }

    async fn on_open(&self, opening: &Opening) -> Result<Listener, Refusal> {
        let session = opening.session.as_ref();
        let session = session.ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "Come by the page."))?;
        if session.name.as_str() == "Mallory" {
            return Err(Refusal::new(StatusCode::IM_A_TEAPOT, "Not you."));
        }
        Ok(Listener { name: session.name.clone(), said: 0 })
    }

    async fn on_text(&self, socket: &mut Socket<String>, listener: &mut Listener, text: String) -> Flow {
        let topic = topic();
        match text.split_once(' ').unwrap_or((&text, "")) {
            ("hear", _) => socket.subscribe(&topic),
            ("leave", _) => _ = socket.unsubscribe(&topic),
            ("tell", rest) => socket.publish(&topic, format!("{}: {rest}", listener.name), Echo::Yes),
            ("tell-others", rest) => socket.publish(&topic, format!("{}: {rest}", listener.name), Echo::No),
            ("much", _) => socket.send_text("x".repeat(MUCH)),
            ("wait", _) => self.gate.acquire().await.unwrap().forget(),
            ("crash", _) => panic!("asked to"),
            _ => {
                listener.said += 1;
                socket.send_text(format!("{} {text}", listener.said));
            }
        }
        Ok(())
    }

    async fn on_binary(&self, socket: &mut Socket<String>, _: &mut Listener, bytes: Bytes) -> Flow {
        socket.send_binary(bytes.iter().rev().copied().collect::<Vec<_>>());
        Ok(())
    }

    async fn on_frame(
        &self,
        socket: &mut Socket<String>,
        _: &mut Listener,
        _: &TopicName,
        frame: String,
    ) -> Flow {
        socket.send_text(frame);
        Ok(())
    }

    async fn on_close(&self, listener: Listener, close: &Close) {
        let _ = self.closed.send((listener.name, listener.said, *close));
    }
}

/// More than a connection gathers before it writes, in bytes.
const MUCH: usize = 100_000;

fn topic() -> TopicName {
    "aviary".parse().unwrap()
}

/// A router of ours with two parrots: `/calm` never pings, `/keen` does and does not wait long.
struct Aviary {
    address: SocketAddr,
    sessions: Sessions,
    closed: mpsc::UnboundedReceiver<(Name, usize, Close)>,
    drain: CancellationToken,
    gate: Arc<Semaphore>,
    _directory: TempDir,
}

impl Aviary {
    async fn opens() -> Self {
        let directory = TempDir::new().unwrap();
        let database =
            Database::open(&format!("sqlite://{}/x.db", directory.path().display())).await.unwrap();
        database.migrate().await.unwrap();
        let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
            panic!("chorus serves")
        };
        let (sessions, drain) = (Sessions::new(database, false), CancellationToken::new());
        let (tracker, origins) = (TaskTracker::new(), Origins::new(&[]));
        let sockets = Sockets::new(sessions.clone(), origins, settings.limits, tracker, drain.clone(), 1_000);
        let gate = Arc::new(Semaphore::new(0));
        let (closing, closed) = mpsc::unbounded_channel();
        let parrot = |interval| {
            let (interval, answer_within) = (Duration::from_millis(interval), Duration::from_millis(400));
            let keep_alive = KeepAlive { interval, answer_within };
            let (gate, closed) = (Arc::clone(&gate), closing.clone());
            Arc::new(Parrot { hub: Hub::new(8), keep_alive, gate, closed })
        };
        let router = Router::new().route("/calm", route(parrot(0))).route("/keen", route(parrot(100)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, router.with_state(sockets)).into_future());
        Self { address, sessions, closed, drain, gate, _directory: directory }
    }

    /// Somebody knocks whose session holds this name.
    async fn knock(&self, path: &str, name: &str) -> Knock {
        let (session, cookie) = self.sessions.welcome(&HeaderMap::new()).await.unwrap();
        self.sessions.rename(&session, &Name::parse(name).unwrap()).await.unwrap();
        let cookie = cookie.unwrap().split(';').next().unwrap().to_owned();
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(&cookie).unwrap())]);
        assert_eq!(self.sessions.of(&headers).await.unwrap().unwrap().user, session.user);
        Knock::new(self.address, path).with("cookie", &cookie)
    }

    async fn next_closed(&mut self) -> (String, usize, Close) {
        let (name, said, close) = soon("on_close", self.closed.recv()).await.unwrap();
        (name.to_string(), said, close)
    }
}

#[tokio::test]
async fn each_connection_has_a_state_of_its_own() {
    let aviary = Aviary::opens().await;
    let (mut ann, mut bob) = (
        aviary.knock("/calm", "Ann").await.enters().await,
        aviary.knock("/calm", "Bob").await.enters().await,
    );
    ann.sends_text("hello").await;
    assert_eq!(ann.next_text().await, "1 hello");
    ann.sends_text("again").await;
    assert_eq!(ann.next_text().await, "2 again");
    bob.sends_text("hello").await;
    assert_eq!(bob.next_text().await, "1 hello");
}

#[tokio::test]
async fn what_the_session_holds_decides_before_the_upgrade() {
    let aviary = Aviary::opens().await;
    assert_eq!(Knock::new(aviary.address, "/calm").refusal().await, 401);
    assert_eq!(aviary.knock("/calm", "Mallory").await.refusal().await, 418);
    aviary.knock("/calm", "Ann").await.enters().await;
}

#[tokio::test]
async fn bytes_go_to_the_binary_handler() {
    let aviary = Aviary::opens().await;
    let mut ann = aviary.knock("/calm", "Ann").await.enters().await;
    ann.sends(Message::binary(vec![1, 2, 255])).await;
    assert_eq!(ann.next().await, Message::binary(vec![255, 2, 1]));
}

#[tokio::test]
async fn publishing_reaches_whoever_hears_with_and_without_own_echo() {
    let aviary = Aviary::opens().await;
    let (mut ann, mut bob) = (
        aviary.knock("/calm", "Ann").await.enters().await,
        aviary.knock("/calm", "Bob").await.enters().await,
    );
    for line in [&mut ann, &mut bob] {
        line.sends_text("hear").await;
        line.sends_text("ready").await;
        assert_eq!(line.next_text().await, "1 ready");
    }
    ann.sends_text("tell hello").await;
    assert_eq!(ann.next_text().await, "Ann: hello");
    assert_eq!(bob.next_text().await, "Ann: hello");
    ann.sends_text("tell-others psst").await;
    ann.sends_text("tell over").await;
    assert_eq!(ann.next_text().await, "Ann: over");
    assert_eq!(bob.next_text().await, "Ann: psst");
    assert_eq!(bob.next_text().await, "Ann: over");

    bob.sends_text("leave").await;
    bob.sends_text("gone").await;
    assert_eq!(bob.next_text().await, "2 gone");
    ann.sends_text("tell bye").await;
    assert_eq!(ann.next_text().await, "Ann: bye");
    bob.sends_text("marker").await;
    assert_eq!(bob.next_text().await, "3 marker");
}

#[tokio::test]
async fn answers_are_written_as_they_gather_though_more_was_asked_at_once() {
    let aviary = Aviary::opens().await;
    let mut ann = aviary.knock("/calm", "Ann").await.enters().await;
    ann.sends_all(["much", "wait", "over"].map(Message::text)).await;
    assert_eq!(soon("the first answer", ann.next_text()).await.len(), MUCH);
    aviary.gate.add_permits(1);
    assert_eq!(ann.next_text().await, "1 over");
}

#[tokio::test]
async fn endpoints_do_not_hear_each_other() {
    let aviary = Aviary::opens().await;
    let (mut ann, mut bob) = (
        aviary.knock("/calm", "Ann").await.enters().await,
        aviary.knock("/keen", "Bob").await.enters().await,
    );
    for line in [&mut ann, &mut bob] {
        line.sends_text("hear").await;
    }
    bob.sends_text("tell mine").await;
    loop {
        match bob.next().await {
            Message::Ping(_) => {}
            other => break assert_eq!(other, Message::text("Bob: mine")),
        }
    }
    ann.sends_text("marker").await;
    assert_eq!(ann.next_text().await, "1 marker");
}

#[tokio::test]
async fn the_end_of_a_connection_is_told_with_its_state_and_reason() {
    let mut aviary = Aviary::opens().await;
    let mut ann = aviary.knock("/calm", "Ann").await.enters().await;
    ann.sends_text("hello").await;
    ann.next_text().await;
    ann.leaves().await;
    assert_eq!(aviary.next_closed().await, ("Ann".into(), 1, Close::Peer(None)));

    drop(aviary.knock("/calm", "Bob").await.enters().await);
    assert_eq!(aviary.next_closed().await, ("Bob".into(), 0, Close::Gone));

    let mut eve = aviary.knock("/calm", "Eve").await.enters().await;
    aviary.drain.cancel();
    eve.is_closed(CloseCode::Drain).await;
    assert_eq!(aviary.next_closed().await, ("Eve".into(), 0, Close::Us(CloseCode::Drain)));
    assert_eq!(aviary.knock("/calm", "Late").await.refusal().await, 503);
}

#[tokio::test]
async fn a_handler_that_panics_takes_its_own_connection_and_no_other() {
    let aviary = Aviary::opens().await;
    let (mut ann, mut bob) = (
        aviary.knock("/calm", "Ann").await.enters().await,
        aviary.knock("/calm", "Bob").await.enters().await,
    );
    bob.sends_text("crash").await;
    bob.is_cut().await;
    ann.sends_text("hello").await;
    assert_eq!(ann.next_text().await, "1 hello");
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_is_given_up_and_without_pings_nobody_is() {
    let mut aviary = Aviary::opens().await;
    let mut calm = aviary.knock("/calm", "Calm").await.enters().await;
    // Reading is what answers pings, so this one does not read before it is given up.
    let mut keen = aviary.knock("/keen", "Keen").await.enters().await;
    assert_eq!(aviary.next_closed().await, ("Keen".into(), 0, Close::Us(CloseCode::NoPong)));
    let (mut pings, mut heard) = (0_u64, keen.next().await);
    while let Message::Ping(n) = heard {
        pings += 1;
        assert_eq!(n, pings.to_be_bytes().to_vec());
        heard = keen.next().await;
    }
    let Message::Close(Some(frame)) = heard else { panic!("{heard:?} is no close frame") };
    assert_eq!((u16::from(frame.code), pings > 0), (CloseCode::NoPong.number(), true));

    calm.sends_text("marker").await;
    assert_eq!(calm.next_text().await, "1 marker", "no ping came before it");
}
