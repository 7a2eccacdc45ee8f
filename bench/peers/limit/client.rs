//! One socket.

use std::io::{self, Write};

use mio::net::TcpStream;

/// A reader that is this far behind is let go.
const MOST: usize = 64 << 20;

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) open: bool,
    /// The beginning of a frame whose rest has not come.
    pub(crate) begun: Vec<u8>,
    /// What the socket did not take.
    waiting: Vec<u8>,
}

impl Client {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, open: false, begun: Vec::new(), waiting: Vec::new() }
    }

    /// Sends, behind what waits.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sent = if self.waiting.is_empty() { write(&mut self.stream, bytes)? } else { 0 };
        self.waiting.extend_from_slice(&bytes[sent..]);
        if self.waiting.len() > MOST { Err(io::ErrorKind::OutOfMemory.into()) } else { Ok(()) }
    }

    /// Sends what waits.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if !self.waiting.is_empty() {
            let sent = write(&mut self.stream, &self.waiting)?;
            self.waiting.drain(..sent);
            if self.waiting.is_empty() {
                self.waiting = Vec::new();
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
