//! The listener of a server.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

#[cfg(unix)]
use listenfd::ListenFd;
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

    /// Takes the socket that the service manager passed, as systemd does for a socket unit (sd_listen_fds(3)). Returns `None` if it
    /// passed none. Must be called within a tokio runtime.
    ///
    /// Errors: it is no listening stream socket, or there are several.
    #[cfg(unix)]
    pub fn inherited() -> io::Result<Option<Self>> {
        let mut sockets = ListenFd::from_env();
        match sockets.len() {
            0 => return Ok(None),
            1 => {}
            count => return Err(io::Error::other(format!("there are {count} sockets instead of one"))),
        }
        if let Ok(Some(listener)) = sockets.take_tcp_listener(0) {
            listener.set_nonblocking(true)?;
            return TcpListener::from_std(listener).map(|listener| Some(Self::Tcp(listener)));
        }
        let listener = sockets.take_unix_listener(0)?;
        listener.map(|listener| UnixSocket::inherited(listener).map(Self::Unix)).transpose()
    }

    /// Returns the address as a setting, with the port that the listener got.
    pub fn address(&self) -> io::Result<ListenAddress> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(ListenAddress::Tcp),
            #[cfg(unix)]
            Self::Unix(socket) => socket.path().map(ListenAddress::Unix),
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
                Ok((Stream::Tcp(stream), Peer { address: Some(address), is_tls: false }))
            }
            #[cfg(unix)]
            Self::Unix(socket) => {
                Ok((Stream::Unix(socket.accept().await?), Peer { address: None, is_tls: false }))
            }
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::Tcp(listener)
    }
}
