//! The connection that hyper reads and writes, which reports its progress to the timeouts.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::{slots::ConnectionSlot, stream::Stream, timeouts::ConnectionTimeouts};

/// A connection while it speaks HTTP. A WebSocket takes the stream out, so it does not pay for the timeouts.
#[derive(Debug)]
pub struct HttpTransport {
    stream: TokioIo<Stream>,
    timeouts: Arc<ConnectionTimeouts>,
    slot: ConnectionSlot,
}

impl HttpTransport {
    pub(super) fn new(stream: Stream, timeouts: Arc<ConnectionTimeouts>, slot: ConnectionSlot) -> Self {
        Self { stream: TokioIo::new(stream), timeouts, slot }
    }

    /// Returns the stream and the connection's slot, which has to live as long as the stream.
    pub(crate) fn into_parts(self) -> (Stream, ConnectionSlot) {
        (self.stream.into_inner(), self.slot)
    }

    /// Closes after a fixed response, as far as the socket accepts it without waiting.
    pub(super) fn close_with(self, response: &[u8]) {
        let stream = self.stream.into_inner();
        let _ = stream.try_write(response);
    }

    /// Closes without sending what is left in the socket's buffer, which the kernel would otherwise keep for minutes.
    pub(super) fn abort(self) {
        let stream = self.stream.into_inner();
        stream.discard_unsent();
    }

    fn record_write(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => self.timeouts.record_blocked_write(Instant::now()),
            Poll::Ready(Ok(bytes)) if self.timeouts.record_write(*bytes, Instant::now()) => {
                self.slot.mark_long_lived()
            }
            Poll::Ready(Ok(_)) => {}
            Poll::Ready(Err(_)) => {}
        }
        written
    }
}

impl Read for HttpTransport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        self.timeouts.record_read(Instant::now());
        Poll::Ready(read)
    }
}

impl Write for HttpTransport {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.record_write(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        match &flushed {
            // TLS keeps encrypted bytes that the socket has not accepted.
            Poll::Pending => self.timeouts.record_blocked_write(Instant::now()),
            Poll::Ready(_) => self.timeouts.record_flush(Instant::now()),
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = Pin::new(&mut self.stream).poll_shutdown(cx);
        if closed.is_pending() {
            // TLS announces the end with bytes of its own.
            self.timeouts.record_blocked_write(Instant::now());
        }
        closed
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.record_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
