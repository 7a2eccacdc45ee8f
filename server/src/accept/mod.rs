//! Accepts TCP connections and serves HTTP/1.1 on them, within limits of number and time.
//!
//! A client that holds a connection costs a descriptor and memory. Each thing that it can keep unfinished has a limit: the
//! head of a request, its body, the answer, and the time between requests. WebSockets leave after their upgrade and keep their place.

mod bodies;
mod budget;
mod clock;
mod connection;
mod descriptors;
mod pace;
mod peer;
mod places;
mod refusal;
mod requests;
mod transport;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::{Instant, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

use crate::config::Limits;
use budget::Budget;
use clock::Times;
pub(crate) use descriptors::raise as raise_descriptors;
use pace::Pace;
pub use peer::{Peer, counted_address};
pub use places::Place;
use places::{MaxOpen, Places};
use refusal::Refusals;
pub(crate) use requests::{Weight, weigh};
pub use transport::Transport;

/// How long to wait after no connection could be accepted.
const PAUSE: Duration = Duration::from_millis(100);
/// That is logged this often.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// Connections that the kernel keeps until they are accepted; it takes less where `net.core.somaxconn` is less. Where the queue is
/// full, a client tries again after a second.
const BACKLOG: u32 = 4_096;

/// Listens on an address. Needs a tokio runtime.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that starts again need not wait for connections of the one before it.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves a router on a listener's connections.
pub struct Server {
    shared: Arc<Shared>,
    refusals: Refusals,
    connections: TaskTracker,
    /// Ends what is under way.
    cut: CancellationToken,
    warned: Option<Instant>,
}

/// What all connections share.
struct Shared {
    router: Router,
    http: http1::Builder,
    times: Times,
    requests: Pace,
    places: Arc<Places>,
    drain: CancellationToken,
}

/// The connections of a server that has stopped accepting.
pub struct Draining {
    connections: TaskTracker,
    cut: CancellationToken,
}

impl Server {
    /// Serves `router` until `drain` is cancelled.
    pub fn new(router: Router, limits: &Limits, drain: CancellationToken) -> Self {
        let budget = Budget::new(limits.slow_bytes);
        let times = Times {
            head: Duration::from_secs(limits.head_seconds),
            idle: Duration::from_secs(limits.idle_seconds),
            answer: Pace::of_answers(limits, &budget),
        };
        let mut http = http1::Builder::new();
        // The clock has its own limit for a head, which answers.
        http.header_read_timeout(None).max_buf_size(limits.head_bytes);
        let shared = Shared {
            router,
            http,
            times,
            requests: Pace::of_requests(limits, &budget),
            places: Arc::new(Places::new(max_open(limits))),
            drain,
        };
        Self {
            shared: Arc::new(shared),
            refusals: Refusals::new(),
            connections: TaskTracker::new(),
            cut: CancellationToken::new(),
            warned: None,
        }
    }

    /// Accepts until the server drains. The listener is closed then.
    pub async fn run(mut self, listener: TcpListener) -> Draining {
        let drain = self.shared.drain.clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = drain.cancelled() => break,
            };
            match accepted {
                Ok((stream, address)) => self.welcome(stream, Peer { address }).await,
                Err(error) if is_of_its_connection(&error) => {}
                Err(error) => self.pause(&error).await,
            }
        }
        Draining { connections: self.connections, cut: self.cut }
    }

    async fn welcome(&self, stream: TcpStream, peer: Peer) {
        let place = match self.shared.places.admit(peer.address.ip()).await {
            Ok(place) => place,
            Err(full) => return self.refusals.refuse(stream, full),
        };
        if let Err(error) = stream.set_nodelay(true).and_then(|()| keep_little_unsent(&stream)) {
            warn!(%error, "tcp.option_failed");
        }
        let serving = connection::serve(Arc::clone(&self.shared), stream, peer, place);
        let cut = self.cut.clone();
        self.connections.spawn(async move {
            tokio::select! {
                () = serving => {}
                () = cut.cancelled() => {}
            }
        });
    }

    /// No descriptor is to be had, most likely: each further try would fail as well.
    async fn pause(&mut self, error: &io::Error) {
        self.shared.places.make_room();
        if self.warned.is_none_or(|warned| warned.elapsed() >= WARN_EVERY) {
            self.warned = Some(Instant::now());
            warn!(%error, "tcp.accept_failed");
        }
        sleep(PAUSE).await;
    }
}

impl Draining {
    /// Resolves when all requests under way are answered.
    pub async fn done(&self) {
        self.connections.close();
        self.connections.wait().await;
    }

    /// Ends what is left.
    pub async fn cut(self) {
        self.cut.cancel();
        self.done().await;
    }
}

/// The limits, as far as descriptors last.
fn max_open(limits: &Limits) -> MaxOpen {
    let &Limits { max_connections, max_http_connections, max_address_connections, .. } = limits;
    let wanted = max_connections.saturating_add(max_http_connections);
    let fitting = descriptors::raise().unwrap_or(usize::MAX);
    if wanted > fitting {
        warn!(
            max_connections,
            max_http_connections,
            fitting,
            "connections.too_few_descriptors: raise the limit of open files (ulimit -n, LimitNOFILE)"
        );
    }
    MaxOpen { all: wanted.min(fitting), http: max_http_connections, per_address: max_address_connections }
}

/// A client that is gone before it was accepted is no trouble of the listener.
fn is_of_its_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Bytes that the system keeps of what was written and not sent. More would hide how slow a peer reads, and cost memory
/// for each that does not.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 16 * 1_024;

#[cfg(target_os = "linux")]
fn keep_little_unsent(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES)
}

/// Elsewhere a slow peer is noticed later.
#[cfg(not(target_os = "linux"))]
fn keep_little_unsent(_: &TcpStream) -> io::Result<()> {
    Ok(())
}
