//! The server: accepts connections, each of which waits for a slot and gets a task.

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use tokio::{
    task::yield_now,
    time::{Instant, sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::warn;

use super::{
    connection,
    draining::Draining,
    listener::Listener,
    memory_budget::MemoryBudget,
    overload::{self, Rejector},
    peer::{Peer, limit_key},
    progress_timeout::ProgressTimeout,
    shared::Shared,
    slot_limits::slot_limits,
    slots::{ConnectionSlots, NoSlot},
    stream::Stream,
    timeouts::Timeouts,
    tls::Tls,
    tls_port::TlsPort,
};
use crate::{
    clock::check_clock,
    config::Limits,
    forwarded::TrustedProxies,
    host::AllowedHosts,
    refusals::{self, RefusalCode},
};

/// Pause after a connection could not be accepted.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);
/// Minimum time between two warnings about that, and about a wrong clock.
const WARN_INTERVAL: Duration = Duration::from_secs(60);

/// Connections that are accepted before other tasks run: a flood of them must not hold up those that are open. To accept one takes far
/// less time than to serve it, and a client that comes after the flood waits in the kernel's queue until those before it are accepted.
const ACCEPTS_PER_TURN: u64 = 64;

/// Serves a router on the connections of a listener.
pub struct HttpServer {
    shared: Arc<Shared>,
    rejector: Rejector,
    proxies: TrustedProxies,
    tls: Option<Tls>,
    /// The hosts to which requests without TLS are redirected.
    hosts: AllowedHosts,
    connections: TaskTracker,
    /// Ends connections without waiting for their requests.
    abort: CancellationToken,
    last_warning: Option<Instant>,
    last_clock_warning: Option<Instant>,
}

/// Counts open connections that are neither a WebSocket nor an event stream.
pub(crate) struct OpenHttpConnections(Arc<ConnectionSlots>);

impl OpenHttpConnections {
    pub(crate) fn count(&self) -> usize {
        self.0.http_count()
    }
}

impl HttpServer {
    /// Creates a server that serves `router` until `drain` is cancelled.
    pub fn new(router: Router, limits: &Limits, drain: CancellationToken) -> Self {
        let budget = MemoryBudget::new(limits.slow_bytes);
        let timeouts = Timeouts {
            head: Duration::from_secs(limits.head_seconds),
            idle: Duration::from_secs(limits.idle_seconds),
            response: ProgressTimeout::for_responses(limits, &budget),
        };
        let mut http = http1::Builder::new();
        // Our own timeout for the head responds with 408.
        http.header_read_timeout(None).max_buf_size(limits.head_bytes);
        let shared = Shared {
            router,
            http,
            timeouts,
            request_timeout: ProgressTimeout::for_requests(limits, &budget),
            slots: Arc::new(ConnectionSlots::new(slot_limits(limits))),
            drain,
        };
        Self {
            shared: Arc::new(shared),
            rejector: Rejector::new(),
            proxies: TrustedProxies::default(),
            tls: None,
            hosts: AllowedHosts::default(),
            connections: TaskTracker::new(),
            abort: CancellationToken::new(),
            last_warning: None,
            last_clock_warning: None,
        }
    }

    /// Does not limit the connections of these proxies, which stand for all of their clients.
    pub fn with_proxies(self, proxies: TrustedProxies) -> Self {
        Self { proxies, ..self }
    }

    /// Encrypts the TCP connections, if there is a certificate, and redirects requests without TLS to these hosts.
    pub(crate) fn with_tls(self, tls: Option<Tls>, hosts: AllowedHosts) -> Self {
        Self { tls, hosts, ..self }
    }

    /// Returns the count of its open connections.
    pub(crate) fn open_connections(&self) -> OpenHttpConnections {
        OpenHttpConnections(Arc::clone(&self.shared.slots))
    }

    /// Accepts connections until the server drains, and then closes the listener.
    pub async fn run(mut self, listener: impl Into<Listener>) -> Draining {
        let listener = listener.into();
        let drain = self.shared.drain.clone();
        for accepts in 1_u64.. {
            if accepts.is_multiple_of(ACCEPTS_PER_TURN) {
                yield_now().await;
            }
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = drain.cancelled() => break,
            };
            match accepted {
                Ok((stream, peer)) => self.serve(stream, peer).await,
                Err(error) if is_connection_error(&error) => {}
                Err(error) => self.back_off(&error).await,
            }
        }
        Draining { connections: self.connections, abort: self.abort }
    }

    /// Returns the address that a connection counts for. A trusted proxy has none.
    fn limited_address(&self, peer: Peer) -> Option<IpAddr> {
        peer.ip().filter(|address| !self.proxies.contains(*address))
    }

    /// Waits for a slot, and spawns the connection's task.
    async fn serve(&mut self, stream: Stream, peer: Peer) {
        let (stream, tls_port) = self.encrypt(stream);
        if let Err(error) = check_clock() {
            if is_warning_due(&mut self.last_clock_warning) {
                warn!(%error, "clock.wrong: all requests are answered 503");
            }
            return self.rejector.reject_with(stream, overload::WRONG_CLOCK);
        }
        let slot = match self.shared.slots.acquire(self.limited_address(peer)).await {
            Ok(slot) => slot,
            Err(reason) => {
                record_refusal(peer, reason);
                return self.rejector.reject(stream, reason);
            }
        };
        if let Err(error) = stream.set_options() {
            warn!(%error, "tcp.option_failed");
        }
        let turns = slot.turns();
        let shared = Arc::clone(&self.shared);
        let abort = self.abort.clone();
        self.connections.spawn(async move {
            // Pinned here, since a future that is moved into others takes its memory in each of them.
            let connection = pin!(connection::serve(shared, stream, tls_port, peer, slot));
            let serving = async {
                match turns {
                    Some(turns) => turns.serve(connection).await,
                    None => connection.await,
                }
            };
            tokio::select! {
                () = serving => {}
                () = abort.cancelled() => {}
            }
        });
    }

    fn encrypt(&self, stream: Stream) -> (Stream, Option<TlsPort>) {
        match (&self.tls, stream) {
            (Some(tls), Stream::Tcp(stream)) => {
                let port = TlsPort::new(self.hosts.clone());
                (tls.accept(stream, port.clone()).into(), Some(port))
            }
            (_, stream) => (stream, None),
        }
    }

    /// Waits before the next try. Most likely the process is out of file descriptors, so trying at once would fail again.
    async fn back_off(&mut self, error: &io::Error) {
        self.shared.slots.evict_idle();
        if is_warning_due(&mut self.last_warning) {
            warn!(%error, "tcp.accept_failed");
        }
        sleep(ACCEPT_RETRY_DELAY).await;
    }
}

/// Returns whether the last warning is long enough ago. Then the next one counts from now.
fn is_warning_due(last: &mut Option<Instant>) -> bool {
    let is_due = last.is_none_or(|last| last.elapsed() >= WARN_INTERVAL);
    if is_due {
        *last = Some(Instant::now());
    }
    is_due
}

/// A proxy at the Unix socket has no address, and is never over the limit of one.
fn record_refusal(peer: Peer, reason: NoSlot) {
    let address = limit_key(peer.ip().unwrap_or(Ipv4Addr::UNSPECIFIED.into()));
    match reason {
        NoSlot::ServerFull => {
            let setting = "max-connections or max-http-connections";
            refusals::record_from(address, RefusalCode::ServerFull, setting);
        }
        NoSlot::AddressFull => {
            refusals::record_from(address, RefusalCode::AddressFull, "max-address-connections");
        }
    }
}

/// Returns whether only the connection that was to be accepted failed, because its client is gone, and not the listener.
fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests;
