//! Inline delivery to an idle connection, and the pause in reading from a peer that sends too much.

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
    task::yield_now,
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    Connection, MAX_BYTES_PER_TURN,
    idle::Wakeup,
    run::EXCESS_BYTES_PAUSE,
    shared::{ConnectionContext, ConnectionShared},
};
use crate::{
    address_limits::{AddressLimits, AddressPermit},
    config::{Cli, Command},
    endpoint::{
        CloseReason, ConnectionHandle, EncodedFrames, Endpoint, HandlerResult, Handshake, InlineDelivery,
        KeepAlive, Message, PendingBytes, Rate, Rejection, config::ConnectionConfig, transport::Transport,
        write_queue::WriteQueue,
    },
    hub::{Hub, Subscriber},
};

/// Delivers words inline, but none before an answer that is due.
struct WordEndpoint(Hub<&'static str>);

impl Endpoint for WordEndpoint {
    type State = Option<oneshot::Receiver<()>>;
    type Frame = &'static str;
    type Work = ();

    fn hub(&self) -> &Hub<&'static str> {
        &self.0
    }

    fn keep_alive(&self) -> KeepAlive {
        KeepAlive { interval: Duration::ZERO, pong_timeout: Duration::ZERO }
    }

    async fn on_open(&self, _: &Handshake) -> Result<Self::State, Rejection> {
        Ok(None)
    }

    async fn on_text(
        &self,
        _: &mut ConnectionHandle<&'static str>,
        _: &mut Self::State,
        _: String,
    ) -> HandlerResult {
        Ok(())
    }

    async fn on_hub_frame(
        &self,
        _: &mut ConnectionHandle<&'static str>,
        _: &mut Self::State,
        _: &TopicName,
        _: &'static str,
    ) -> HandlerResult {
        Ok(())
    }

    fn deliver_inline(&self, due: &mut Self::State, _: &TopicName, word: &&'static str) -> InlineDelivery {
        if *word == PANIC {
            std::panic::resume_unwind(Box::new("a deliberate panic"));
        }
        if due.is_some() {
            InlineDelivery::Defer
        } else {
            InlineDelivery::Write(EncodedFrames::from(word.as_bytes().to_vec()))
        }
    }

    fn on_rate_limited(
        &self,
        connection: &mut ConnectionHandle<&'static str>,
        _: &mut Self::State,
        _: Option<&Message>,
        _: u64,
    ) -> HandlerResult {
        connection.send_text("refused");
        Ok(())
    }

    fn poll_work(&self, due: &mut Self::State, cx: &mut Context<'_>) -> Poll<()> {
        let Some(answer) = due else { return Poll::Pending };
        ready!(Pin::new(answer).poll(cx)).unwrap();
        *due = None;
        Poll::Ready(())
    }
}

/// A frame whose delivery panics.
const PANIC: &str = "panic";

const LONG_TIMEOUT: Duration = Duration::from_secs(60);

fn address_permit(settings: &str) -> AddressPermit {
    let line = format!("chorus {settings}");
    let Command::Serve(settings) = Cli::parse_from(line.split_whitespace()).into_command() else {
        panic!("{line} serves")
    };
    AddressLimits::new(&settings.limits).acquire_connection([127, 0, 0, 1].into()).unwrap()
}

struct Fixture {
    connection: Box<Connection<WordEndpoint>>,
    shared: Arc<ConnectionShared<WordEndpoint>>,
    context: Option<Box<ConnectionContext<WordEndpoint>>>,
    peer: TcpStream,
    drain: CancellationToken,
}

impl Fixture {
    async fn new(due: Option<oneshot::Receiver<()>>) -> Self {
        Self::with_settings(due, b"", "").await
    }

    /// A connection from an address with these limits. `early` are the first bytes from its peer.
    async fn with_settings(due: Option<oneshot::Receiver<()>>, early: &[u8], settings: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        stream.writable().await.unwrap();
        let config = ConnectionConfig {
            max_message_bytes: 1_024,
            frame_rate: Rate::new(0, 0),
            write_timeout: LONG_TIMEOUT,
            write_queue_bytes: 1_024,
            pending: PendingBytes::new(0),
            drain_ms: 0,
        };
        let endpoint = Arc::new(WordEndpoint(Hub::new(8)));
        let (connection, mut context) = Connection::new(
            endpoint,
            Transport::new(stream),
            early,
            Box::new(due),
            Arc::new(config),
            address_permit(settings),
        );
        context.handle.subscribe(&"lobby".parse().unwrap());
        let shared = Arc::clone(&connection.shared);
        Self { connection, shared, context: Some(context), peer, drain: CancellationToken::new() }
    }

    /// Polls the connection once. Returns its context if there is something to do.
    fn poll(&mut self) -> Option<(Box<ConnectionContext<WordEndpoint>>, Wakeup<()>)> {
        self.context.take().into_iter().for_each(|context| self.shared.park(context));
        let mut timer = pin!(sleep(LONG_TIMEOUT));
        let mut drain = pin!(self.drain.cancelled());
        let wakeup = poll_fn(|cx| self.connection.poll(cx, timer.as_mut(), drain.as_mut()));
        wakeup.now_or_never().flatten()
    }

    /// Returns what was written to the peer so far: everything before a mark that this writes.
    async fn written(&mut self) -> String {
        let mut mark = WriteQueue::default();
        let mut bytes = Vec::new();
        mark.append_with(|out| out.push(b'.'));
        self.shared.transport().write(&mut mark, LONG_TIMEOUT).await.unwrap();
        while bytes.last() != Some(&b'.') {
            self.peer.read_buf(&mut bytes).await.unwrap();
        }
        bytes.pop();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[tokio::test]
async fn an_idle_connection_is_written_to_inline() {
    let mut fixture = Fixture::new(None).await;
    assert!(fixture.poll().is_none());
    fixture.shared.notify(0, 0, &["word"]);
    assert_eq!(fixture.written().await, "word");
    assert!(fixture.poll().is_none(), "nothing is left to do");
}

#[tokio::test]
async fn nothing_is_delivered_inline_between_polling_work_and_handling_it() {
    let (answer, due) = oneshot::channel();
    let mut fixture = Fixture::new(Some(due)).await;
    assert!(fixture.poll().is_none());
    answer.send(()).unwrap();
    let (_context, wakeup) = fixture.poll().expect("there is work");
    assert!(wakeup.work.is_some());
    fixture.shared.notify(0, 0, &["word"]);
    assert_eq!(fixture.written().await, "", "the answer comes first");
    assert!(
        fixture.shared.take_woken(&Context::from_waker(futures::task::noop_waker_ref())),
        "the connection polls itself"
    );
}

#[tokio::test]
async fn a_panic_during_inline_delivery_closes_the_connection_before_the_next_frame() {
    let mut fixture = Fixture::new(None).await;
    assert!(fixture.poll().is_none());
    let panics = AssertUnwindSafe(|| fixture.shared.notify(0, 0, &["word", PANIC]));
    assert!(std::panic::catch_unwind(panics).is_err());
    fixture.shared.notify(0, 2, &["later"]);
    let (mut context, wakeup) = fixture.poll().expect("it was woken");
    let result = fixture.connection.run_once(&mut context, wakeup, &fixture.drain).await;
    assert_eq!(result, Err(CloseReason::Server(CloseCode::Internal)));
}

#[tokio::test(start_paused = true)]
async fn a_peer_whose_address_sends_too_many_bytes_is_read_again_after_a_pause() {
    let words = [0x81, 0x84, 0, 0, 0, 0, b'w', b'o', b'r', b'd'].repeat(4);
    let limits = "--address-bytes-per-second 1 --address-byte-burst 1";
    let mut fixture = Fixture::with_settings(None, &words, limits).await;
    let mut context = fixture.context.take().expect("nothing took it");
    fixture.connection.start(&mut context, &fixture.drain).await.unwrap();
    fixture.context = Some(context);
    assert_eq!(fixture.written().await.matches("refused").count(), 1, "the first word is the whole burst");
    for _ in 0..2 {
        assert!(fixture.poll().is_none(), "the other words wait");
        tokio::time::advance(EXCESS_BYTES_PAUSE).await;
        let (mut context, wakeup) = fixture.poll().expect("the pause is over");
        fixture.connection.run_once(&mut context, wakeup, &fixture.drain).await.unwrap();
        fixture.context = Some(context);
        assert_eq!(fixture.written().await.matches("refused").count(), 1);
    }
}

/// A ping of the longest payload, masked with zeros (RFC 6455, sections 5.2 and 5.5).
const PING_HEAD: [u8; 6] = [0x89, 0x80 | 125, 0, 0, 0, 0];
const PONG_BYTES: usize = 2 + 125;

/// Reads all that was written to the peer, and returns how many bytes it was.
fn receive(peer: &TcpStream) -> usize {
    let mut bytes = vec![std::mem::MaybeUninit::uninit(); 1_024 * PONG_BYTES];
    let next = || socket2::SockRef::from(peer).recv(&mut bytes).ok().filter(|read| *read > 0);
    std::iter::from_fn(next).sum()
}

#[tokio::test]
async fn a_connection_with_much_to_read_lets_others_run() {
    let Fixture { connection, context, peer, drain, .. } = Fixture::new(None).await;
    let ping = [&PING_HEAD[..], &[0; 125]].concat();
    let pings = 3 * MAX_BYTES_PER_TURN / ping.len();
    assert_eq!(socket2::SockRef::from(&peer).send(&ping.repeat(pings)).unwrap(), pings * ping.len());
    let mut running = pin!(connection.run(context.unwrap(), &drain));
    let mut all = 0;
    let mut most = 0;
    while all < pings * PONG_BYTES {
        assert!(futures::poll!(running.as_mut()).is_pending());
        let answers = receive(&peer);
        (all, most) = (all + answers, most.max(answers));
        // Lets the runtime see what has arrived.
        yield_now().await;
    }
    let read_buffer = 32 * 1_024;
    let turn = most / PONG_BYTES * ping.len();
    assert!(turn <= MAX_BYTES_PER_TURN + read_buffer, "{turn} bytes in one turn");
}
