//! A client's socket and its send buffer.

use std::io::{self, Write};

use mio::net::TcpStream;

/// A client with more unsent bytes than this is disconnected.
const MAX_PENDING_BYTES: usize = 64 << 20;

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) is_open: bool,
    /// The start of a frame whose rest has not arrived.
    pub(crate) partial: Vec<u8>,
    /// Bytes that the socket did not accept yet.
    pending: Vec<u8>,
}

impl Client {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, is_open: false, partial: Vec::new(), pending: Vec::new() }
    }

    /// Sends bytes, after those that are still pending.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sent = if self.pending.is_empty() { write(&mut self.stream, bytes)? } else { 0 };
        self.pending.extend_from_slice(&bytes[sent..]);
        if self.pending.len() > MAX_PENDING_BYTES { Err(io::ErrorKind::OutOfMemory.into()) } else { Ok(()) }
    }

    /// Sends pending bytes.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            let sent = write(&mut self.stream, &self.pending)?;
            self.pending.drain(..sent);
            if self.pending.is_empty() {
                self.pending = Vec::new();
            }
        }
        Ok(())
    }
}

fn write(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    let mut sent = 0;
    while sent < bytes.len() {
        match stream.write(&bytes[sent..]) {
            Ok(more) => sent += more,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sent)
}
