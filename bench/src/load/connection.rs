//! One client's socket and its buffers.

use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use mio::net::TcpStream;
use socket2::{Domain, Socket, Type};

use crate::wire::frame;

/// Connections per local address. More would exhaust the ephemeral ports of one address.
const CONNECTIONS_PER_ADDRESS: usize = 1_000;

/// The state of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Waits for the response to the handshake.
    Upgrading,
    /// Waits for this many answers: `welcome` and one `subscribed` per subscription.
    Joining(u32),
    /// Subscribed to all its topics.
    Open,
    Closed,
}

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) phase: Phase,
    /// It has received a probe.
    pub(super) probed: bool,
    /// The last event's `seq`.
    pub(super) seq: u64,
    /// The start of a frame whose rest has not arrived.
    pub(super) partial: Vec<u8>,
    /// Bytes that wait to be written.
    out: Vec<u8>,
}

impl Connection {
    /// Starts to connect. The handshake's request is written once the socket is writable.
    pub(super) fn start(number: usize, to: SocketAddr, request: &[u8]) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        if let Some(from) = source(number, to) {
            socket.bind(&from.into())?;
        }
        match socket.connect(&to.into()) {
            Err(error) if error.raw_os_error() != Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
                return Err(error);
            }
            _ => {}
        }
        Ok(Self {
            stream: TcpStream::from_std(socket.into()),
            phase: Phase::Upgrading,
            probed: false,
            seq: 0,
            partial: Vec::new(),
            out: request.to_vec(),
        })
    }

    /// Appends a frame to the buffer. Returns whether the buffer was empty before.
    pub(super) fn queue(&mut self, opcode: u8, payload: &[u8]) -> bool {
        let was_empty = self.out.is_empty();
        frame::client(&mut self.out, opcode, payload);
        was_empty
    }

    /// Writes as much of the buffer as the socket accepts.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(written) => drop(self.out.drain(..written)),
                Err(error) if is_not_ready(&error) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Whether the error only means that the socket is not ready.
pub(super) fn is_not_ready(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, NotConnected, WouldBlock};
    matches!(error.kind(), WouldBlock | Interrupted | NotConnected)
}

/// Returns the local address to connect from: on loopback a different one for each thousand connections.
fn source(number: usize, to: SocketAddr) -> Option<SocketAddr> {
    let IpAddr::V4(ip) = to.ip() else { return None };
    let host = u8::try_from(number / CONNECTIONS_PER_ADDRESS % 250).ok()? + 2;
    ip.is_loopback().then(|| SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0)))
}
