//! Connections that know how much their peer has taken.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::io::InspectWriter;
use tracing::warn;

/// Who is at the other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    /// From where.
    pub address: SocketAddr,
    written: Written,
}

/// How many bytes the line has taken from us so far; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Written(Arc<AtomicU64>);

impl Written {
    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Peer {
    pub(super) fn written(&self) -> Written {
        self.written.clone()
    }
}

/// A listener whose connections count what is written to them, and wait for no more before they send.
pub struct Counting(TcpListener);

impl Counting {
    /// Listens where this listener does.
    pub fn new(listener: TcpListener) -> Self {
        Self(listener)
    }
}

/// Bytes that the system keeps of what was written and not sent. More would hide how slow a peer reads, and cost memory
/// for each that does not.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 64 * 1_024;

#[cfg(target_os = "linux")]
fn keep_little_unsent(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES)
}

/// Elsewhere a slow peer is noticed later.
#[cfg(not(target_os = "linux"))]
fn keep_little_unsent(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

/// What is written, as it is written.
type Count = Box<dyn FnMut(&[u8]) + Send>;

impl Listener for Counting {
    type Io = InspectWriter<TcpStream, Count>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Peer) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        if let Err(error) = stream.set_nodelay(true).and_then(|()| keep_little_unsent(&stream)) {
            warn!(%error, "tcp.option_failed");
        }
        let peer = Peer { address, written: Written::default() };
        let written = peer.written();
        let count = move |bytes: &[u8]| {
            written.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        };
        (InspectWriter::new(stream, Box::new(count)), peer)
    }

    fn local_addr(&self) -> io::Result<Peer> {
        self.0.local_addr().map(|address| Peer { address, written: Written::default() })
    }
}

impl Connected<IncomingStream<'_, Counting>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Counting>) -> Self {
        stream.remote_addr().clone()
    }
}
