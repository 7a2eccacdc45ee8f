//! One client's socket, and what is held for it between two reads.

use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use mio::net::TcpStream;
use socket2::{Domain, Socket, Type};

use crate::wire::frame;

/// Connections that come from one address, so that ports do not run short.
const AN_ADDRESS: usize = 1_000;

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Waiting for the answer to the handshake.
    Upgrading,
    /// Waiting for this many subscriptions to begin.
    Joining(u32),
    /// Hears messages.
    Open,
    /// Gone.
    Closed,
}

pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) phase: Phase,
    /// Whether it has heard a probe.
    pub(super) probed: bool,
    /// The last event's place in the log.
    pub(super) seq: u64,
    /// The beginning of a frame whose rest has not come.
    pub(super) begun: Vec<u8>,
    /// What waits to be written.
    out: Vec<u8>,
}

impl Connection {
    /// Sets out to connect. The request goes first once the socket takes it.
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
            begun: Vec::new(),
            out: request.to_vec(),
        })
    }

    /// Puts a frame behind what waits. Says whether nothing waited before.
    pub(super) fn queue(&mut self, opcode: u8, payload: &[u8]) -> bool {
        let was_empty = self.out.is_empty();
        frame::client(&mut self.out, opcode, payload);
        was_empty
    }

    /// Writes as much as the socket takes.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(written) => drop(self.out.drain(..written)),
                Err(error) if is_not_now(&error) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Whether the socket is merely not ready.
pub(super) fn is_not_now(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, NotConnected, WouldBlock};
    matches!(error.kind(), WouldBlock | Interrupted | NotConnected)
}

/// On loopback, an address of its own for each thousand.
fn source(number: usize, to: SocketAddr) -> Option<SocketAddr> {
    let IpAddr::V4(ip) = to.ip() else { return None };
    let host = u8::try_from(number / AN_ADDRESS % 250).ok()? + 2;
    ip.is_loopback().then(|| SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0)))
}
