//! Who is at the other end.

use std::{io, net::SocketAddr};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::net::{TcpListener, TcpStream};
use tracing::warn;

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// From where.
    pub address: SocketAddr,
}

/// A listener whose connections wait for no more before they send.
pub struct Listening(TcpListener);

impl Listening {
    /// Listens where this listener does.
    pub fn new(listener: TcpListener) -> Self {
        Self(listener)
    }
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

impl Listener for Listening {
    type Io = TcpStream;
    type Addr = Peer;

    async fn accept(&mut self) -> (TcpStream, Peer) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        if let Err(error) = stream.set_nodelay(true).and_then(|()| keep_little_unsent(&stream)) {
            warn!(%error, "tcp.option_failed");
        }
        (stream, Peer { address })
    }

    fn local_addr(&self) -> io::Result<Peer> {
        self.0.local_addr().map(|address| Peer { address })
    }
}

impl Connected<IncomingStream<'_, Listening>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Listening>) -> Self {
        *stream.remote_addr()
    }
}
