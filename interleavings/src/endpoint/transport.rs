//! A transport in memory, in place of the TCP connection, and the peer at its other end.

use std::{
    future::poll_fn,
    io,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use shuttle::sync::{Condvar, Mutex, MutexGuard};

use super::{CloseReason, HandlerResult, frame::FrameReader, write_queue::WriteQueue};
use crate::sync::AtomicWaker;

pub(super) struct Transport(Arc<Pipe>);

/// The client. It closes the connection when it is dropped.
pub(super) struct Peer(Arc<Pipe>);

#[derive(Default)]
struct Pipe {
    state: Mutex<State>,
    /// Notifies the peer of bytes and of the server's end.
    is_written: Condvar,
    readable: AtomicWaker,
    writable: AtomicWaker,
}

#[derive(Default)]
struct State {
    /// Bytes on their way to the peer.
    written: Vec<u8>,
    /// Bytes that the socket's buffer accepts before the peer has read.
    capacity: usize,
    /// Bytes on their way to the server.
    sent: Vec<u8>,
    is_closed_by_peer: bool,
    is_closed_by_server: bool,
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// Connects a transport, whose buffer holds `capacity` bytes, with its peer.
pub(super) fn connect(capacity: usize) -> (Transport, Peer) {
    let pipe =
        Arc::new(Pipe { state: Mutex::new(State { capacity, ..State::default() }), ..Pipe::default() });
    (Transport(Arc::clone(&pipe)), Peer(pipe))
}

impl Transport {
    pub(super) fn try_write(&self, outgoing: &mut WriteQueue) -> io::Result<bool> {
        if outgoing.is_empty() {
            return Ok(true);
        }
        let mut state = self.0.lock();
        if state.is_closed_by_peer {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        while !outgoing.is_empty() && state.written.len() < state.capacity {
            let free = state.capacity - state.written.len();
            let part = outgoing.io_slices().next().map(|part| part.iter().copied().take(free).collect());
            let part: Vec<u8> = part.unwrap_or_default();
            state.written.extend_from_slice(&part);
            outgoing.advance(part.len());
        }
        drop(state);
        self.0.is_written.notify_all();
        Ok(outgoing.is_empty())
    }

    /// It keeps nothing outside of the write queue.
    pub(super) fn kept_bytes(&self) -> usize {
        0
    }

    pub(super) async fn write(&self, outgoing: &mut WriteQueue, _: Duration) -> HandlerResult {
        while !self.try_write(outgoing).map_err(|_| CloseReason::Disconnected)? {
            poll_fn(|cx| self.poll_writable(cx)).await;
        }
        Ok(())
    }

    fn poll_writable(&self, cx: &Context<'_>) -> Poll<()> {
        self.0.writable.register(cx.waker());
        let state = self.0.lock();
        let is_writable = state.is_closed_by_peer || state.written.len() < state.capacity;
        if is_writable { Poll::Ready(()) } else { Poll::Pending }
    }

    pub(super) fn poll_read(&self, cx: &mut Context<'_>, reader: &mut FrameReader) -> Poll<HandlerResult> {
        self.0.readable.register(cx.waker());
        let mut state = self.0.lock();
        if !state.sent.is_empty() {
            reader.put(&std::mem::take(&mut state.sent));
            return Poll::Ready(Ok(()));
        }
        if state.is_closed_by_peer { Poll::Ready(Err(CloseReason::Disconnected)) } else { Poll::Pending }
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        self.0.lock().is_closed_by_server = true;
        self.0.is_written.notify_all();
    }
}

impl Peer {
    /// Waits for the next text. Returns `None` when the server has closed the connection.
    pub(super) fn next(&mut self) -> Option<String> {
        let mut state = self.0.lock();
        let mut reader = FrameBuffer::default();
        loop {
            reader.0.append(&mut state.written);
            self.0.writable.wake();
            if let Some((text, rest)) = reader.text() {
                // Bytes behind the text go back to the front of the buffer.
                state.written.splice(..0, rest);
                return text;
            }
            if state.is_closed_by_server {
                return None;
            }
            state = self.0.is_written.wait(state).unwrap();
        }
    }

    /// Sends a text of at most 125 bytes, masked with zeros.
    pub(super) fn send(&self, text: &str) {
        let header = [0x81, 0x80 | text.len() as u8, 0, 0, 0, 0];
        self.0.lock().sent.extend(header.into_iter().chain(text.bytes()));
        self.0.readable.wake();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.0.lock().is_closed_by_peer = true;
        self.0.readable.wake();
        self.0.writable.wake();
    }
}

/// Bytes that the peer has read, which may end in the middle of a frame.
#[derive(Default)]
struct FrameBuffer(Vec<u8>);

impl FrameBuffer {
    /// Returns the first frame's text (`None` if it is no text) and the bytes behind it.
    fn text(&mut self) -> Option<(Option<String>, Vec<u8>)> {
        let &[opcode, length, ref rest @ ..] = &self.0[..] else { return None };
        let text = rest.get(..length.into())?;
        let text = (opcode == 0x81).then(|| String::from_utf8(text.to_vec()).unwrap());
        Some((text, rest[length.into()..].to_vec()))
    }
}
