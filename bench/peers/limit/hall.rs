//! All sockets, and what was said since all were told.

use std::io::{self, Read};

use bench::wire::{self, frame, handshake};
use mio::{Interest, Registry, Token, net::TcpListener};

use crate::client::Client;

const CHUNK: usize = 128 << 10;

pub(crate) struct Hall {
    clients: Vec<Option<Client>>,
    /// Places in `clients` that are free again.
    free: Vec<usize>,
    /// The frames of this turn, ready-made.
    said: Vec<u8>,
    buffer: Vec<u8>,
}

impl Hall {
    pub(crate) fn new() -> Self {
        Self { clients: Vec::new(), free: Vec::new(), said: Vec::new(), buffer: vec![0; 4 * CHUNK] }
    }

    /// Takes in everyone who waits.
    pub(crate) fn let_in(&mut self, listener: &TcpListener, registry: &Registry) -> io::Result<()> {
        loop {
            let mut stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            let index = self.free.pop().unwrap_or(self.clients.len());
            stream.set_nodelay(true)?;
            registry.register(&mut stream, Token(index), Interest::READABLE | Interest::WRITABLE)?;
            if index == self.clients.len() {
                self.clients.push(None);
            }
            self.clients[index] = Some(Client::new(stream));
        }
    }

    /// Sends a client what waits for it.
    pub(crate) fn flush(&mut self, index: usize) {
        if self.clients[index].as_mut().is_some_and(|client| client.flush().is_err()) {
            self.leave(index);
        }
    }

    /// Reads what a client says.
    pub(crate) fn read(&mut self, index: usize) {
        let Some(client) = &mut self.clients[index] else { return };
        if listen(client, &mut self.buffer, &mut self.said).is_err() {
            self.leave(index);
        }
    }

    /// Tells everyone what was said in this turn.
    pub(crate) fn tell_all(&mut self) {
        if self.said.is_empty() {
            return;
        }
        let said = std::mem::take(&mut self.said);
        for index in 0..self.clients.len() {
            let open = self.clients[index].as_mut().filter(|client| client.open);
            if open.is_some_and(|client| client.send(&said).is_err()) {
                self.leave(index);
            }
        }
        self.said = said;
        self.said.clear();
    }

    fn leave(&mut self, index: usize) {
        self.clients[index] = None;
        self.free.push(index);
    }
}

/// Reads until nothing is left. An error is the end, of whatever kind.
fn listen(client: &mut Client, buffer: &mut [u8], said: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let held = client.begun.len();
        let room = buffer.get_mut(held..held + CHUNK).ok_or(io::ErrorKind::InvalidData)?;
        let read = match client.stream.read(room) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        buffer[..held].copy_from_slice(&client.begun);
        client.begun.clear();
        let used = if client.open {
            take(&mut buffer[..held + read], said)?
        } else {
            shake(client, &buffer[..held + read])?
        };
        if used < held + read {
            client.begun.extend_from_slice(&buffer[used..held + read]);
        } else {
            client.begun = Vec::new();
        }
    }
}

/// Answers the handshake once it is there.
fn shake(client: &mut Client, bytes: &[u8]) -> io::Result<usize> {
    let Some(end) = handshake::head(bytes) else { return Ok(0) };
    let head = std::str::from_utf8(&bytes[..end]).unwrap_or_default();
    let answer = handshake::answer(head).ok_or(io::ErrorKind::InvalidData)?;
    client.open = true;
    client.send(answer.as_bytes())?;
    Ok(end)
}

/// Makes of each whole frame the one that all get.
fn take(bytes: &mut [u8], said: &mut Vec<u8>) -> io::Result<usize> {
    let mut used = 0;
    while let Some(header) = frame::header(&bytes[used..]) {
        let key = header.key.ok_or(io::ErrorKind::InvalidData)?;
        let payload = &mut bytes[used..][header.payload.clone()];
        used += header.payload.end;
        match header.opcode {
            wire::TEXT => {
                frame::mask(payload, key);
                frame::server(said, wire::TEXT, payload);
            }
            wire::CLOSE => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
    }
    Ok(used)
}
