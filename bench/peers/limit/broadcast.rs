//! All clients, and the frames that wait to be broadcast.

use std::io::{self, Read};

use bench::wire::{self, frame, handshake};
use mio::{Interest, Registry, Token, net::TcpListener};

use crate::client::Client;

const READ_BYTES: usize = 128 << 10;

pub(crate) struct Broadcast {
    clients: Vec<Option<Client>>,
    /// Indices in `clients` that are free.
    free: Vec<usize>,
    /// The encoded frames since the last broadcast.
    outgoing: Vec<u8>,
    buffer: Vec<u8>,
}

impl Broadcast {
    pub(crate) fn new() -> Self {
        Self { clients: Vec::new(), free: Vec::new(), outgoing: Vec::new(), buffer: vec![0; 4 * READ_BYTES] }
    }

    /// Accepts all waiting connections.
    pub(crate) fn accept_all(&mut self, listener: &TcpListener, registry: &Registry) -> io::Result<()> {
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

    /// Sends a client its pending bytes.
    pub(crate) fn flush(&mut self, index: usize) {
        if self.clients[index].as_mut().is_some_and(|client| client.flush().is_err()) {
            self.remove(index);
        }
    }

    /// Reads a client's frames.
    pub(crate) fn read(&mut self, index: usize) {
        let Some(client) = &mut self.clients[index] else { return };
        if read_frames(client, &mut self.buffer, &mut self.outgoing).is_err() {
            self.remove(index);
        }
    }

    /// Sends the collected frames to every client.
    pub(crate) fn send_all(&mut self) {
        if self.outgoing.is_empty() {
            return;
        }
        let outgoing = std::mem::take(&mut self.outgoing);
        for index in 0..self.clients.len() {
            let open = self.clients[index].as_mut().filter(|client| client.is_open);
            if open.is_some_and(|client| client.send(&outgoing).is_err()) {
                self.remove(index);
            }
        }
        self.outgoing = outgoing;
        self.outgoing.clear();
    }

    fn remove(&mut self, index: usize) {
        self.clients[index] = None;
        self.free.push(index);
    }
}

/// Reads until the socket is drained. Any error ends the connection.
fn read_frames(client: &mut Client, buffer: &mut [u8], outgoing: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let held = client.partial.len();
        let room = buffer.get_mut(held..held + READ_BYTES).ok_or(io::ErrorKind::InvalidData)?;
        let read = match client.stream.read(room) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        buffer[..held].copy_from_slice(&client.partial);
        client.partial.clear();
        let used = if client.is_open {
            queue_frames(&mut buffer[..held + read], outgoing)?
        } else {
            accept_handshake(client, &buffer[..held + read])?
        };
        if used < held + read {
            client.partial.extend_from_slice(&buffer[used..held + read]);
        } else {
            client.partial = Vec::new();
        }
    }
}

/// Answers the handshake once its request is complete.
fn accept_handshake(client: &mut Client, bytes: &[u8]) -> io::Result<usize> {
    let Some(end) = handshake::head(bytes) else { return Ok(0) };
    let head = std::str::from_utf8(&bytes[..end]).unwrap_or_default();
    let answer = handshake::response(head).ok_or(io::ErrorKind::InvalidData)?;
    client.is_open = true;
    client.send(answer.as_bytes())?;
    Ok(end)
}

/// Encodes each complete text frame once for all clients.
fn queue_frames(bytes: &mut [u8], outgoing: &mut Vec<u8>) -> io::Result<usize> {
    let mut used = 0;
    while let Some(header) = frame::header(&bytes[used..]) {
        let key = header.key.ok_or(io::ErrorKind::InvalidData)?;
        let payload = &mut bytes[used..][header.payload.clone()];
        used += header.payload.end;
        match header.opcode {
            wire::TEXT => {
                frame::mask(payload, key);
                frame::server(outgoing, wire::TEXT, payload);
            }
            wire::CLOSE => return Err(io::ErrorKind::ConnectionAborted.into()),
            _ => {}
        }
    }
    Ok(used)
}
