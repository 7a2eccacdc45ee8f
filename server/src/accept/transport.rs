//! A TCP connection as hyper uses it: it tells the clock what it does.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::{net::TcpStream, time::Instant};

use super::{clock::Clock, places::Place};

/// A TCP connection while it speaks HTTP. A WebSocket takes it apart and pays nothing for it.
#[derive(Debug)]
pub struct Transport {
    stream: TokioIo<TcpStream>,
    clock: Arc<Clock>,
    place: Place,
}

impl Transport {
    pub(super) fn new(stream: TcpStream, clock: Arc<Clock>, place: Place) -> Self {
        Self { stream: TokioIo::new(stream), clock, place }
    }

    /// The bare connection, and its place among the open ones, which is to be kept as long.
    pub(crate) fn into_parts(self) -> (TcpStream, Place) {
        (self.stream.into_inner(), self.place)
    }

    /// Writes an answer that was made by hand, as far as the client takes it at once, and closes.
    pub(super) fn answer(self, answer: &[u8]) {
        let stream = self.stream.into_inner();
        let _ = stream.try_write(answer);
    }

    /// Closes without sending what the client did not take: the kernel would keep that for minutes.
    pub(super) fn cut(self) {
        let stream = self.stream.into_inner();
        let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }

    fn wrote(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Pending => self.clock.blocked(Instant::now()),
            Poll::Ready(Ok(bytes)) if self.clock.wrote(*bytes, Instant::now()) => {
                self.place.becomes_lasting()
            }
            Poll::Ready(Ok(_)) => {}
            Poll::Ready(Err(_)) => {}
        }
        written
    }
}

impl Read for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        self.clock.read(Instant::now());
        Poll::Ready(read)
    }
}

impl Write for Transport {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wrote(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(cx));
        self.clock.flushed(Instant::now());
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
