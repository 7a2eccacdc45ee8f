//! The bodies of requests and responses, which report their progress to the timeouts.

use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    memory_budget::MemoryReservation,
    progress_timeout::{Deadline, ProgressTimeout},
    timeouts::ConnectionTimeouts,
};

/// The body of a request, which fails when the client sends it too slowly.
pub(super) struct RequestBody {
    incoming: Incoming,
    timeout: ProgressTimeout,
    deadline: Deadline,
    timer: Option<Pin<Box<Sleep>>>,
    reservation: MemoryReservation,
    error: Arc<OnceLock<BodyError>>,
}

/// The reason why the body of a request could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    /// The client took too long.
    Timeout,
    /// Slow clients hold too much memory.
    OutOfMemory,
}

impl RequestBody {
    /// `error` is set when the body fails.
    pub(super) fn new(
        incoming: Incoming,
        timeout: &ProgressTimeout,
        error: &Arc<OnceLock<BodyError>>,
    ) -> Self {
        Self {
            incoming,
            deadline: timeout.start(Instant::now()),
            reservation: timeout.budget.reserve(0),
            timeout: timeout.clone(),
            timer: None,
            error: Arc::clone(error),
        }
    }

    fn receive(&mut self, frame: Frame<Bytes>) -> Result<Frame<Bytes>, axum::BoxError> {
        if self.reservation.is_exhausted() {
            return Err(self.fail(BodyError::OutOfMemory));
        }
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        self.timeout.record_progress(&mut self.deadline, bytes, Instant::now());
        // Handlers collect the body, so its memory is held until the request ends.
        self.reservation.grow(bytes);
        Ok(frame)
    }

    fn fail(&self, error: BodyError) -> axum::BoxError {
        let _ = self.error.set(error);
        io::Error::from(io::ErrorKind::TimedOut).into()
    }

    /// Resolves when the client has taken too long.
    fn poll_timeout(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = Instant::now();
            if now >= self.timeout.expires_at(self.deadline) {
                return Poll::Ready(());
            }
            let next_check = self.timeout.next_check(self.deadline, now);
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(next_check)));
            if timer.is_elapsed() || next_check < timer.deadline() {
                timer.as_mut().reset(next_check);
            }
            ready!(timer.as_mut().poll(cx));
        }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(self.receive(frame))),
            Poll::Ready(end) => Poll::Ready(end.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => {
                ready!(self.poll_timeout(cx));
                Poll::Ready(Some(Err(self.fail(BodyError::Timeout))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The body of a response. hyper drops it once it has passed all of it to the transport, which the timeouts learn thereby.
pub(super) struct ResponseBody {
    body: Body,
    timeouts: Arc<ConnectionTimeouts>,
}

impl ResponseBody {
    pub(super) fn new(body: Body, timeouts: Arc<ConnectionTimeouts>) -> Self {
        Self { body, timeouts }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.timeouts.complete_response();
    }
}
