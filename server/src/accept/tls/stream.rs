//! An encrypted TCP stream that is used as a plain one: by a shared reference and without waiting. Publishers write to a WebSocket
//! while its own task waits for input, so what rustls keeps is behind a lock, and no lock is held across an `await`.

use std::{
    io::{self, ErrorKind, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use parking_lot::Mutex;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::connection_protocol::ConnectionProtocol;
use crate::accept::tls_port::TlsPort;

/// The stream of a connection to a port with TLS.
#[derive(Debug)]
pub struct TlsStream {
    tcp: TcpStream,
    protocol: Mutex<ConnectionProtocol>,
    max_handshake_bytes: usize,
    port: TlsPort,
}

impl TlsStream {
    pub(super) fn new(
        tcp: TcpStream,
        config: Arc<ServerConfig>,
        max_handshake_bytes: usize,
        port: TlsPort,
    ) -> Self {
        Self { tcp, protocol: Mutex::new(ConnectionProtocol::Waiting(config)), max_handshake_bytes, port }
    }

    pub(in crate::accept) fn tcp(&self) -> &TcpStream {
        &self.tcp
    }

    pub(in crate::accept) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut protocol = self.protocol.lock();
        protocol.detect(&self.tcp, self.max_handshake_bytes)?;
        if let ConnectionProtocol::Plain(_) = *protocol {
            self.port.mark_plain();
        }
        protocol.read(&self.tcp, buffer)
    }

    pub(in crate::accept) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.protocol.lock().write(&self.tcp, bytes)
    }

    pub(in crate::accept) fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.protocol.lock().write_vectored(&self.tcp, slices)
    }

    /// Sends what is encrypted. Errors: `WouldBlock` if the socket does not accept all of it.
    pub(in crate::accept) fn try_flush(&self) -> io::Result<()> {
        self.protocol.lock().flush(&self.tcp)
    }

    /// Returns the most bytes that are encrypted and not sent.
    pub(in crate::accept) fn kept_bytes(&self) -> usize {
        self.protocol.lock().kept_bytes()
    }

    pub(in crate::accept) async fn writable(&self) -> io::Result<()> {
        self.tcp.writable().await
    }

    pub(in crate::accept) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.protocol.lock().has_input() {
            return Poll::Ready(Ok(()));
        }
        self.tcp.poll_read_ready(cx)
    }

    /// Resolves when a read that would have blocked may go on.
    fn poll_progress(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.protocol.lock().must_send_first() {
            return self.tcp.poll_write_ready(cx);
        }
        self.tcp.poll_read_ready(cx)
    }

    /// Repeats a write that would block when the socket accepts more.
    fn poll_written<T>(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&Self) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            match write(self) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => ready!(self.tcp.poll_write_ready(cx))?,
                done => return Poll::Ready(done),
            }
        }
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let read = self.try_read(buffer.initialize_unfilled());
            match read {
                Err(error) if error.kind() == ErrorKind::WouldBlock => ready!(self.poll_progress(cx))?,
                Err(error) => return Poll::Ready(Err(error)),
                Ok(bytes) => {
                    buffer.advance(bytes);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_written(cx, |stream| stream.try_write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_written(cx, Self::try_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.protocol.lock().send_close();
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_written(cx, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}

/// Announces the end as far as the socket accepts it, so that the client can tell it from a cut connection.
impl Drop for TlsStream {
    fn drop(&mut self) {
        let protocol = self.protocol.get_mut();
        protocol.send_close();
        let _ = protocol.flush(&self.tcp);
    }
}
