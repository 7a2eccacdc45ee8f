//! The listener of a server.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use tokio::net::{TcpListener, TcpSocket};

#[cfg(unix)]
use super::unix_socket::UnixSocket;
use super::{peer::Peer, stream::Stream};
use crate::config::ListenAddress;

/// Connections that the kernel queues until they are accepted, at most `net.core.somaxconn`. When the queue is full, a client
/// tries again after a second.
const LISTEN_BACKLOG: u32 = 4_096;

/// Accepts connections.
#[derive(Debug)]
pub enum Listener {
    /// Over a network.
    Tcp(TcpListener),
    /// From programs on this machine.
    #[cfg(unix)]
    Unix(UnixSocket),
}

/// Listens on a network address. Must be called within a tokio runtime.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restarted server need not wait for the connections of the one before it.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(LISTEN_BACKLOG)
}

impl Listener {
    /// Listens on the address of a setting. Must be called within a tokio runtime.
    pub fn bind(address: &ListenAddress) -> io::Result<Self> {
        match address {
            ListenAddress::Tcp(address) => listen(*address).map(Self::Tcp),
            #[cfg(unix)]
            ListenAddress::Unix(path) => UnixSocket::bind(path).map(Self::Unix),
            #[cfg(not(unix))]
            ListenAddress::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Returns the address of a TCP listener, with the port that it got.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }

    pub(crate) fn ip(&self) -> Option<IpAddr> {
        self.tcp_address().map(|address| address.ip())
    }

    pub(super) async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Stream::Tcp(stream), Peer { address: Some(address) }))
            }
            #[cfg(unix)]
            Self::Unix(socket) => Ok((Stream::Unix(socket.accept().await?), Peer { address: None })),
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}
