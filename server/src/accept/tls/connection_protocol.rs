//! The protocol of a connection to a port with TLS: unknown until the first byte, and then TLS, or HTTP without it.

use std::{
    io::{self, ErrorKind, IoSlice, Write},
    sync::Arc,
};

use rustls::ServerConfig;
use tokio::net::TcpStream;

use super::tls_session::TlsSession;

/// The first byte of a TLS connection: the type of a record with a handshake message (RFC 8446, section 5.1).
const HANDSHAKE_RECORD: u8 = 22;

#[derive(Debug)]
pub(super) enum ConnectionProtocol {
    /// Nothing has arrived. There is no connection of rustls yet, so it costs no more than one without TLS.
    Waiting(Arc<ServerConfig>),
    Tls(Box<TlsSession>),
    /// HTTP without TLS, and its first byte until that is read.
    Plain(Option<u8>),
}

impl ConnectionProtocol {
    /// Finds out what the client speaks, if that is not known.
    pub(super) fn detect(&mut self, tcp: &TcpStream, max_handshake_bytes: usize) -> io::Result<()> {
        let Self::Waiting(config) = self else { return Ok(()) };
        let mut first = [0];
        if tcp.try_read(&mut first)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let [byte] = first;
        *self = match byte {
            HANDSHAKE_RECORD => Self::Tls(Box::new(TlsSession::new(config, byte, max_handshake_bytes)?)),
            _ => Self::Plain(Some(byte)),
        };
        Ok(())
    }

    pub(super) fn read(&mut self, tcp: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tls(session) => session.read(tcp, buffer),
            Self::Plain(first) => read_plain(first, tcp, buffer),
            Self::Waiting(_) => Err(ErrorKind::NotConnected.into()),
        }
    }

    pub(super) fn write(&mut self, tcp: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tls(session) => session.write(tcp, |writer| writer.write(bytes)),
            Self::Plain(_) => tcp.try_write(bytes),
            Self::Waiting(_) => Err(ErrorKind::NotConnected.into()),
        }
    }

    pub(super) fn write_vectored(&mut self, tcp: &TcpStream, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tls(session) => session.write(tcp, |writer| writer.write_vectored(slices)),
            Self::Plain(_) => tcp.try_write_vectored(slices),
            Self::Waiting(_) => Err(ErrorKind::NotConnected.into()),
        }
    }

    /// Sends what is encrypted. Errors: `WouldBlock` if the socket does not accept all of it.
    pub(super) fn flush(&mut self, tcp: &TcpStream) -> io::Result<()> {
        match self {
            Self::Tls(session) => session.flush(tcp),
            Self::Plain(_) | Self::Waiting(_) => Ok(()),
        }
    }

    /// Queues the end of what this side sends.
    pub(super) fn send_close(&mut self) {
        if let Self::Tls(session) = self {
            session.send_close();
        }
    }

    /// Returns whether something can be read that the socket has no more.
    pub(super) fn has_input(&self) -> bool {
        match self {
            Self::Tls(session) => session.has_input(),
            Self::Plain(first) => first.is_some(),
            Self::Waiting(_) => false,
        }
    }

    /// Returns the most bytes that are encrypted and not sent.
    pub(super) fn kept_bytes(&self) -> usize {
        match self {
            Self::Tls(session) => session.kept_bytes(),
            Self::Plain(_) | Self::Waiting(_) => 0,
        }
    }

    /// Returns whether the handshake goes on only after the socket has accepted more.
    pub(super) fn must_send_first(&self) -> bool {
        matches!(self, Self::Tls(session) if session.must_send_first())
    }
}

/// Puts the first byte before what else has arrived.
fn read_plain(first: &mut Option<u8>, tcp: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    if let Some(place) = buffer.first_mut()
        && let Some(byte) = first.take()
    {
        *place = byte;
        return Ok(1);
    }
    tcp.try_read(buffer)
}
