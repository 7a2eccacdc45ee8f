//! The two bodies of a request, each with its time limit.

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
    budget::Share,
    clock::Clock,
    pace::{Deadline, Pace},
};

/// What a client sends. It fails when it takes too long.
pub(super) struct RequestBody {
    incoming: Incoming,
    pace: Pace,
    deadline: Deadline,
    timer: Option<Pin<Box<Sleep>>>,
    held: Share,
    failure: Arc<OnceLock<Failure>>,
}

/// Why a request's body cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The client took too long.
    Late,
    /// Clients that are behind hold too much memory.
    Full,
}

impl RequestBody {
    /// `failure` is set when the body fails.
    pub(super) fn new(incoming: Incoming, pace: &Pace, failure: &Arc<OnceLock<Failure>>) -> Self {
        let (deadline, held) = (pace.begin(Instant::now()), pace.budget.share(0));
        Self { incoming, pace: pace.clone(), deadline, timer: None, held, failure: Arc::clone(failure) }
    }

    fn came(&mut self, frame: Frame<Bytes>) -> Result<Frame<Bytes>, axum::BoxError> {
        if self.held.is_refused() {
            return Err(self.fails(Failure::Full));
        }
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        self.pace.progress(&mut self.deadline, bytes, Instant::now());
        // The handler gathers it, so it is held until the request ends.
        self.held.grow(bytes);
        Ok(frame)
    }

    fn fails(&self, failure: Failure) -> axum::BoxError {
        let _ = self.failure.set(failure);
        io::Error::from(io::ErrorKind::TimedOut).into()
    }

    /// Pending until the time is up.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let now = Instant::now();
            if now >= self.pace.ends(self.deadline) {
                return Poll::Ready(());
            }
            let look = self.pace.look(self.deadline, now);
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(look)));
            if timer.is_elapsed() || look < timer.deadline() {
                timer.as_mut().reset(look);
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
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(self.came(frame))),
            Poll::Ready(ended) => Poll::Ready(ended.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => {
                ready!(self.poll_late(cx));
                Poll::Ready(Some(Err(self.fails(Failure::Late))))
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

/// What a client is answered. The clock learns when the whole of it was handed over.
pub(super) struct AnswerBody {
    body: Body,
    clock: Arc<Clock>,
}

impl AnswerBody {
    pub(super) fn new(body: Body, clock: Arc<Clock>) -> Self {
        Self { body, clock }
    }
}

impl HttpBody for AnswerBody {
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

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.clock.answered();
    }
}
