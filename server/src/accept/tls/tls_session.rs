//! The TLS of one connection: rustls between a socket and the plain bytes, without waiting for either.

use std::{
    io::{self, ErrorKind, IoSlice, Read, Write},
    sync::Arc,
};

use rustls::{ServerConfig, ServerConnection};
use tokio::net::TcpStream;
use tracing::debug;

/// Bytes of a connection that TLS keeps until the socket accepts them: one record of the largest size.
const SEND_BUFFER_BYTES: usize = 16 * 1_024;

#[derive(Debug)]
pub(super) struct TlsSession {
    connection: ServerConnection,
    /// Bytes that the handshake may still receive.
    handshake_bytes: usize,
}

/// A socket as rustls reads and writes it.
struct Socket<'a>(&'a TcpStream);

impl TlsSession {
    /// `first` is the byte that was read already.
    pub(super) fn new(config: &Arc<ServerConfig>, first: u8, max_handshake_bytes: usize) -> io::Result<Self> {
        let mut connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        connection.set_buffer_limit(Some(SEND_BUFFER_BYTES));
        connection.read_tls(&mut &[first][..])?;
        Ok(Self { connection, handshake_bytes: max_handshake_bytes })
    }

    /// Decrypts at most once. Errors: `WouldBlock` if that gave nothing, also if the socket has more. The caller asks tokio for its
    /// readiness then, so a client that sends records without content does not keep other tasks from running.
    pub(super) fn read(&mut self, tcp: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.connection.reader().read(buffer);
        if !matches!(&read, Err(error) if error.kind() == ErrorKind::WouldBlock) {
            return read;
        }
        self.receive(tcp)?;
        self.connection.reader().read(buffer)
    }

    /// Decrypts what has arrived, and sends the answers that the protocol needs.
    fn receive(&mut self, tcp: &TcpStream) -> io::Result<()> {
        if self.connection.is_handshaking() {
            self.flush(tcp)?;
        }
        let bytes = self.connection.read_tls(&mut Socket(tcp))?;
        let processed = self.connection.process_new_packets();
        // If the socket does not accept the answer now, the next write sends it. After a mistake it is an alert.
        let flushed = self.flush(tcp);
        if let Err(error) = processed {
            debug!(%error, "tls.failed");
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        match flushed {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => self.limit_handshake(bytes),
        }
    }

    /// rustls would keep up to 64 KiB of a handshake that never ends.
    fn limit_handshake(&mut self, received: usize) -> io::Result<()> {
        if !self.connection.is_handshaking() {
            return Ok(());
        }
        let left = self.handshake_bytes.checked_sub(received);
        self.handshake_bytes = left.ok_or_else(|| io::Error::from(ErrorKind::InvalidData))?;
        Ok(())
    }

    /// Encrypts what is left of [`SEND_BUFFER_BYTES`]. Errors: `WouldBlock` if the socket has not accepted what was written before.
    pub(super) fn write(
        &mut self,
        tcp: &TcpStream,
        write: impl FnOnce(&mut rustls::Writer<'_>) -> io::Result<usize>,
    ) -> io::Result<usize> {
        self.flush(tcp)?;
        let written = write(&mut self.connection.writer())?;
        match self.flush(tcp) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            // Before the end of the handshake only so much is kept.
            _ if written == 0 => Err(ErrorKind::WriteZero.into()),
            _ => Ok(written),
        }
    }

    pub(super) fn flush(&mut self, tcp: &TcpStream) -> io::Result<()> {
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut Socket(tcp)) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(_) => {}
                // If a write returned it, its caller would repeat bytes that are encrypted already.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(super) fn send_close(&mut self) {
        // Of half a handshake nothing could be cut off.
        if !self.connection.is_handshaking() {
            self.connection.send_close_notify();
        }
    }

    /// Returns whether decrypted bytes are left, or the client has announced the end.
    pub(super) fn has_input(&self) -> bool {
        !self.connection.is_handshaking() && !self.connection.wants_read()
    }

    /// Returns the most bytes that are encrypted and not sent.
    pub(super) fn kept_bytes(&self) -> usize {
        if self.connection.wants_write() { SEND_BUFFER_BYTES } else { 0 }
    }

    pub(super) fn must_send_first(&self) -> bool {
        self.connection.is_handshaking() && self.connection.wants_write()
    }
}

impl Read for Socket<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(buffer)
    }
}

impl Write for Socket<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
