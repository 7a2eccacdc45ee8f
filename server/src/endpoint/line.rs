//! One connection's socket. Nothing else touches it.

use std::{
    cell::RefCell,
    io::{self, IoSlice},
    task::{Context, Poll, ready},
    time::Duration,
};

use app::protocol::CloseCode;
use socket2::SockRef;
use tokio::{net::TcpStream, time::timeout};

use super::{Close, Flow, frame::Reader, outgoing::Outgoing};

/// Bytes of one read. All connections of a thread share the buffer: one that is idle has none.
const READ_BYTES: usize = 32 * 1_024;
/// Parts of one write.
const PARTS: usize = 32;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// A TCP connection after its upgrade.
#[derive(Debug)]
pub(super) struct Line(TcpStream);

impl Line {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self(stream)
    }

    /// Writes what the line takes at once, and says whether that was all.
    pub(super) fn write_now(&self, outgoing: &mut Outgoing) -> io::Result<bool> {
        while !outgoing.is_empty() {
            let written = match outgoing.only() {
                Some(bytes) => self.send(bytes),
                None => self.write_parts(outgoing),
            };
            match written {
                Ok(bytes) => outgoing.written(bytes),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Asks the kernel, who knows whether there is room, before the runtime, who would have to look up what it last heard: in a large
    /// topic that is far away in memory for each of those who listen.
    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        match SockRef::from(&self.0).send(bytes) {
            // From now on it listens for room.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.0.try_write(bytes),
            sent => sent,
        }
    }

    fn write_parts(&self, outgoing: &mut Outgoing) -> io::Result<usize> {
        let mut slices = [IoSlice::new(&[]); PARTS];
        let parts = slices.iter_mut().zip(outgoing.slices()).map(|(slice, part)| *slice = part).count();
        self.0.try_write_vectored(slices.get(..parts).unwrap_or_default())
    }

    /// Writes everything. A slow line is no dead one: as long as the peer takes something within `patience`, it may take
    /// its time.
    pub(super) async fn write(&self, outgoing: &mut Outgoing, patience: Duration) -> Flow {
        loop {
            match self.write_now(outgoing) {
                Ok(true) => return Ok(()),
                Err(_) => return Err(Close::Gone),
                Ok(false) => {}
            }
            match timeout(patience, self.0.writable()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(Close::Gone),
                Err(_) => return Err(Close::Us(CloseCode::Slow)),
            }
        }
    }

    /// Reads what has come. Nothing more will: [`Close::Gone`].
    pub(super) fn poll_read(&self, cx: &mut Context<'_>, reader: &mut Reader) -> Poll<Flow> {
        loop {
            if ready!(self.0.poll_read_ready(cx)).is_err() {
                return Poll::Ready(Err(Close::Gone));
            }
            let read = BUFFER.with_borrow_mut(|buffer| {
                let read = self.0.try_read(buffer);
                reader.put(read.as_ref().ok().and_then(|bytes| buffer.get(..*bytes)).unwrap_or_default());
                read
            });
            match read {
                Ok(0) => return Poll::Ready(Err(Close::Gone)),
                Ok(_) => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Poll::Ready(Err(Close::Gone)),
            }
        }
    }
}
