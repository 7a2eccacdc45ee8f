//! The connection under a WebSocket, after the upgrade.

use std::{
    cell::RefCell,
    io::{self, IoSlice},
    task::{Context, Poll, ready},
    time::Duration,
};

use app::protocol::CloseCode;
use tokio::time::timeout;

use super::{CloseReason, HandlerResult, frame::FrameReader, write_queue::WriteQueue};
use crate::accept::Stream;

/// Size of the read buffer. The connections of a thread share one, so an idle connection needs none.
const READ_BUFFER_BYTES: usize = 32 * 1_024;
/// Slices passed to one vectored write.
const MAX_WRITE_SLICES: usize = 32;

thread_local! {
    static READ_BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BUFFER_BYTES]);
}

#[derive(Debug)]
pub(super) struct Transport(Stream);

impl Transport {
    pub(super) fn new(stream: impl Into<Stream>) -> Self {
        Self(stream.into())
    }

    /// Writes as much as the socket accepts without waiting. Returns whether that was everything.
    pub(super) fn try_write(&self, outgoing: &mut WriteQueue) -> io::Result<bool> {
        while !outgoing.is_empty() {
            let written = match outgoing.as_single_slice() {
                Some(bytes) => self.send(bytes),
                None => self.write_slices(outgoing),
            };
            match written {
                Ok(bytes) => outgoing.advance(bytes),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        match self.0.try_flush() {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Calls `send(2)` without asking tokio for readiness first: that state lies elsewhere in memory, and in a fan-out to
    /// many connections it is a cache miss for each of them.
    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.send(bytes) {
            // Trying again through tokio clears its readiness, so that `writable` waits from now on.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.0.try_write(bytes),
            sent => sent,
        }
    }

    fn write_slices(&self, outgoing: &mut WriteQueue) -> io::Result<usize> {
        let mut slices = [IoSlice::new(&[]); MAX_WRITE_SLICES];
        let count = slices.iter_mut().zip(outgoing.io_slices()).map(|(slice, part)| *slice = part).count();
        self.0.try_write_vectored(slices.get(..count).unwrap_or_default())
    }

    /// Returns the most bytes that wait for the peer although they have left the write queue.
    pub(super) fn kept_bytes(&self) -> usize {
        self.0.kept_bytes()
    }

    /// Writes everything. A slow peer may take its time as long as it accepts something within each `write_timeout`.
    pub(super) async fn write(&self, outgoing: &mut WriteQueue, write_timeout: Duration) -> HandlerResult {
        loop {
            match self.try_write(outgoing) {
                Ok(true) => return Ok(()),
                Err(_) => return Err(CloseReason::Disconnected),
                Ok(false) => {}
            }
            match timeout(write_timeout, self.0.writable()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(CloseReason::Disconnected),
                Err(_) => return Err(CloseReason::Server(CloseCode::Slow)),
            }
        }
    }

    /// Reads what has arrived into `reader`. Fails with [`CloseReason::Disconnected`] at the end of the stream and on
    /// errors.
    pub(super) fn poll_read(&self, cx: &mut Context<'_>, reader: &mut FrameReader) -> Poll<HandlerResult> {
        loop {
            if ready!(self.0.poll_read_ready(cx)).is_err() {
                return Poll::Ready(Err(CloseReason::Disconnected));
            }
            let read = READ_BUFFER.with_borrow_mut(|buffer| {
                let read = self.0.try_read(buffer);
                reader.put(read.as_ref().ok().and_then(|bytes| buffer.get(..*bytes)).unwrap_or_default());
                read
            });
            match read {
                Ok(0) => return Poll::Ready(Err(CloseReason::Disconnected)),
                Ok(_) => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Poll::Ready(Err(CloseReason::Disconnected)),
            }
        }
    }
}
