//! A connection that sleeps, and who writes to its peer meanwhile.

use std::{
    future::{Future, poll_fn},
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use app::protocol::{CloseCode, TopicName};
use clap::Parser;
use futures::FutureExt;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{Connection, asleep::Turn};
use crate::{
    address_limits::{AddressLimits, AddressSeat},
    config::{Cli, Command},
    endpoint::{
        AtOnce, Close, Endpoint, Flow, Frames, KeepAlive, Opening, PendingBytes, Rate, Refusal, Socket,
        manners::Manners,
        outgoing::Outgoing,
        outlet::{Desk, Outlet},
    },
    hub::{Hub, Subscriber},
};

/// Everyone hears a word at once, but not before an answer that is due.
struct Answering(Hub<&'static str>);

impl Endpoint for Answering {
    type State = Option<oneshot::Receiver<()>>;
    type Frame = &'static str;
    type Work = ();

    fn hub(&self) -> &Hub<&'static str> {
        &self.0
    }

    fn keep_alive(&self) -> KeepAlive {
        KeepAlive { interval: Duration::ZERO, answer_within: Duration::ZERO }
    }

    async fn on_open(&self, _: &Opening) -> Result<Self::State, Refusal> {
        Ok(None)
    }

    async fn on_text(&self, _: &mut Socket<&'static str>, _: &mut Self::State, _: String) -> Flow {
        Ok(())
    }

    async fn on_frame(
        &self,
        _: &mut Socket<&'static str>,
        _: &mut Self::State,
        _: &TopicName,
        _: &'static str,
    ) -> Flow {
        Ok(())
    }

    fn at_once(&self, due: &mut Self::State, _: &TopicName, word: &&'static str) -> AtOnce {
        if *word == PANIC {
            std::panic::resume_unwind(Box::new("a fault on purpose"));
        }
        if due.is_some() { AtOnce::Ask } else { AtOnce::Write(Frames::from(word.as_bytes().to_vec())) }
    }

    fn poll_work(&self, due: &mut Self::State, cx: &mut Context<'_>) -> Poll<()> {
        let Some(answer) = due else { return Poll::Pending };
        ready!(Pin::new(answer).poll(cx)).unwrap();
        *due = None;
        Poll::Ready(())
    }
}

/// A frame that cannot be written.
const PANIC: &str = "panic";

const A_MINUTE: Duration = Duration::from_secs(60);

/// Without a limit.
fn seat() -> AddressSeat {
    let Command::Serve(settings) = Cli::parse_from(["chorus"]).into_command() else {
        panic!("chorus serves")
    };
    AddressLimits::new(&settings.limits).seat([127, 0, 0, 1].into()).unwrap()
}

struct Scene {
    connection: Box<Connection<Answering>>,
    outlet: Arc<Outlet<Answering>>,
    desk: Option<Box<Desk<Answering>>>,
    peer: TcpStream,
    drain: CancellationToken,
}

impl Scene {
    async fn with(due: Option<oneshot::Receiver<()>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (line, _) = listener.accept().await.unwrap();
        line.writable().await.unwrap();
        let manners = Manners {
            frame_bytes: 1_024,
            rate: Rate::new(0, 0),
            patience: A_MINUTE,
            pending_bytes: 1_024,
            pending: PendingBytes::new(0),
            drain_ms: 0,
        };
        let endpoint = Arc::new(Answering(Hub::new(8)));
        let (connection, mut desk) =
            Connection::new(endpoint, line, b"", Box::new(due), Arc::new(manners), seat());
        desk.socket.subscribe(&"lobby".parse().unwrap());
        let outlet = Arc::clone(&connection.outlet);
        Self { connection, outlet, desk: Some(desk), peer, drain: CancellationToken::new() }
    }

    /// Whether something is to be done, now.
    fn wakes(&mut self) -> Option<(Box<Desk<Answering>>, Turn<()>)> {
        self.desk.take().into_iter().for_each(|desk| self.outlet.leave(desk));
        let (mut timer, mut going) = (pin!(sleep(A_MINUTE)), pin!(self.drain.cancelled()));
        let turn = poll_fn(|cx| self.connection.poll(cx, timer.as_mut(), going.as_mut()));
        turn.now_or_never().flatten()
    }

    /// What the peer was written so far: all that comes before a mark.
    async fn heard(&mut self) -> String {
        let (mut mark, mut bytes) = (Outgoing::default(), Vec::new());
        mark.put(|out| out.push(b'.'));
        self.outlet.line().write(&mut mark, A_MINUTE).await.unwrap();
        while bytes.last() != Some(&b'.') {
            self.peer.read_buf(&mut bytes).await.unwrap();
        }
        bytes.pop();
        String::from_utf8(bytes).unwrap()
    }
}

#[tokio::test]
async fn asleep_it_is_written_to_at_once() {
    let mut scene = Scene::with(None).await;
    assert!(scene.wakes().is_none());
    scene.outlet.notify(0, 0, &["word"]);
    assert_eq!(scene.heard().await, "word");
    assert!(scene.wakes().is_none(), "nothing is left to do");
}

#[tokio::test]
async fn nothing_is_written_between_taking_an_answer_and_telling_it() {
    let (gives, due) = oneshot::channel();
    let mut scene = Scene::with(Some(due)).await;
    assert!(scene.wakes().is_none());
    gives.send(()).unwrap();
    let (_desk, turn) = scene.wakes().expect("there is work");
    assert!(turn.work.is_some());
    scene.outlet.notify(0, 0, &["word"]);
    assert_eq!(scene.heard().await, "", "the answer comes first");
    assert!(scene.outlet.was_woken(&Context::from_waker(futures::task::noop_waker_ref())), "it looks itself");
}

#[tokio::test]
async fn a_panic_while_it_is_written_to_ends_the_connection_and_no_frame_is_left_out() {
    let mut scene = Scene::with(None).await;
    assert!(scene.wakes().is_none());
    let panics = AssertUnwindSafe(|| scene.outlet.notify(0, 0, &["word", PANIC]));
    assert!(std::panic::catch_unwind(panics).is_err());
    scene.outlet.notify(0, 2, &["later"]);
    let (mut desk, turn) = scene.wakes().expect("it was woken");
    let done = scene.connection.work(&mut desk, turn, &scene.drain).await;
    assert_eq!(done, Err(Close::Us(CloseCode::Internal)));
}
