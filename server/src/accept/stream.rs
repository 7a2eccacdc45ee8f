//! A client's stream: TCP, with or without TLS, or a Unix socket.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use socket2::SockRef;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

#[cfg(feature = "tls")]
use super::tls::TlsStream;

/// The stream of a connection.
#[derive(Debug)]
pub enum Stream {
    /// Over a network.
    Tcp(TcpStream),
    /// Over a network, at a port with TLS.
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream>),
    /// From a program on this machine, most likely a reverse proxy.
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Evaluates an expression with the stream of any kind.
macro_rules! each {
    ($stream:expr, $inner:ident => $value:expr) => {
        match $stream {
            Stream::Tcp($inner) => $value,
            #[cfg(feature = "tls")]
            Stream::Tls($inner) => $value,
            #[cfg(unix)]
            Stream::Unix($inner) => $value,
        }
    };
}

/// Bytes that the kernel buffers before they are sent. A larger buffer would hide how slowly a peer reads, and cost memory for
/// each slow peer.
#[cfg(target_os = "linux")]
const NOTSENT_LOWAT_BYTES: u32 = 16 * 1_024;

impl Stream {
    /// Sets the options of a new connection.
    pub(super) fn set_options(&self) -> io::Result<()> {
        // The buffers of a Unix socket are small, and it sends at once.
        self.tcp().map_or(Ok(()), |tcp| tcp.set_nodelay(true).and_then(|()| limit_unsent(tcp)))
    }

    /// Lets a close discard what was not sent yet.
    pub(super) fn discard_unsent(&self) {
        if let Some(tcp) = self.tcp() {
            let _ = SockRef::from(tcp).set_linger(Some(Duration::ZERO));
        }
    }

    fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Self::Tcp(stream) => Some(stream),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => Some(stream.tcp()),
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }

    /// Calls `send(2)` without asking tokio for readiness first, unless the bytes are encrypted.
    pub(crate) fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => SockRef::from(stream).send(bytes),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.try_write(bytes),
            #[cfg(unix)]
            Self::Unix(stream) => SockRef::from(stream).send(bytes),
        }
    }

    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        each!(self, stream => stream.try_write(bytes))
    }

    pub(crate) fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        each!(self, stream => stream.try_write_vectored(slices))
    }

    pub(crate) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        each!(self, stream => stream.try_read(buffer))
    }

    /// Sends what TLS has encrypted and still keeps. Errors: `WouldBlock` if the socket does not accept all of it.
    pub(crate) fn try_flush(&self) -> io::Result<()> {
        match self {
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.try_flush(),
            Self::Tcp(_) => Ok(()),
            #[cfg(unix)]
            Self::Unix(_) => Ok(()),
        }
    }

    /// Returns the most bytes that this process keeps, besides those of its caller, until the socket accepts them.
    pub(crate) fn kept_bytes(&self) -> usize {
        match self {
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.kept_bytes(),
            Self::Tcp(_) => 0,
            #[cfg(unix)]
            Self::Unix(_) => 0,
        }
    }

    pub(crate) async fn writable(&self) -> io::Result<()> {
        each!(self, stream => stream.writable().await)
    }

    pub(crate) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => stream.poll_read_ready(cx))
    }
}

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp(stream)
    }
}

#[cfg(feature = "tls")]
impl From<TlsStream> for Stream {
    fn from(stream: TlsStream) -> Self {
        Self::Tls(Box::new(stream))
    }
}

#[cfg(target_os = "linux")]
fn limit_unsent(stream: &TcpStream) -> io::Result<()> {
    SockRef::from(stream).set_tcp_notsent_lowat(NOTSENT_LOWAT_BYTES)
}

/// On other systems the server notices slow peers later.
#[cfg(not(target_os = "linux"))]
fn limit_unsent(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_read(cx, buffer))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(self.get_mut(), stream => Pin::new(stream).poll_write_vectored(cx, slices))
    }

    fn is_write_vectored(&self) -> bool {
        each!(self, stream => stream.is_write_vectored())
    }
}
