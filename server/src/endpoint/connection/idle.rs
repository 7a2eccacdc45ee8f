//! The idle phase of a connection: its context is parked, and the task waits for something that only it can do.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::time::{Instant, Sleep};
use tokio_util::sync::WaitForCancellationFuture;

use super::{Connection, shared::ConnectionContext};
use crate::endpoint::{Endpoint, HandlerResult};

/// Everything that was ready when the connection woke up.
pub(super) struct Wakeup<W> {
    pub(super) read: Option<HandlerResult>,
    pub(super) work: Option<W>,
    pub(super) is_timer_due: bool,
    pub(super) is_draining: bool,
}

/// The endpoint's answers to one poll.
struct EndpointPoll<E: Endpoint> {
    /// The endpoint's work, together with the context.
    work: Option<(Box<ConnectionContext<E>>, E::Work)>,
    wants_read: bool,
    work_deadline: Option<Instant>,
}

/// The context and the reasons to wake up. `None` when the context is gone, which only the connection's own task can cause.
type Woken<E> = Option<(Box<ConnectionContext<E>>, Wakeup<<E as Endpoint>::Work>)>;

impl<E: Endpoint> Connection<E> {
    /// Parks the context and waits until there is something to do. Not an `async fn`, since its future would hold the
    /// arguments a second time: the memory of each idle connection.
    pub(super) fn idle(
        &mut self,
        mut context: Box<ConnectionContext<E>>,
        mut timer: Pin<&mut Sleep>,
        mut drain: Pin<&mut WaitForCancellationFuture<'_>>,
    ) -> impl Future<Output = Woken<E>> {
        self.must_poll_hub |= context.handle.take_hub_poll();
        self.shared.park(context);
        poll_fn(move |cx| self.poll(cx, timer.as_mut(), drain.as_mut()))
    }

    /// Polls all sources: notifications, the endpoint's work, the transport, the timer and the shutdown.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut timer: Pin<&mut Sleep>,
        drain: Pin<&mut WaitForCancellationFuture<'_>>,
    ) -> Poll<Woken<E>> {
        self.must_poll_hub |= self.shared.take_woken(cx);
        let EndpointPoll { work, wants_read, work_deadline } = self.poll_endpoint(cx);
        let is_reading = wants_read && self.read_pause.is_none();
        let read = match is_reading.then(|| self.shared.transport().poll_read(cx, &mut self.reader)) {
            Some(Poll::Ready(read)) => Some(read),
            _ => None,
        };
        let ping_deadline = self.heartbeat.next_deadline(self.shared.endpoint().keep_alive());
        let deadline = [ping_deadline, work_deadline, self.read_pause].into_iter().flatten().min();
        if let Some(deadline) = deadline.filter(|deadline| *deadline != timer.deadline()) {
            timer.as_mut().reset(deadline);
        }
        let is_timer_due = deadline.is_some() && timer.poll(cx).is_ready();
        let is_draining = drain.poll(cx).is_ready();
        if read.is_none() && work.is_none() && !(is_timer_due || is_draining || self.must_poll_hub) {
            return Poll::Pending;
        }
        let (context, work) = match work {
            Some((context, work)) => (Some(context), Some(work)),
            None => (self.shared.lock().take(), None),
        };
        let wakeup = Wakeup { read, work, is_timer_due, is_draining };
        Poll::Ready(context.map(|context| (context, wakeup)))
    }

    /// Polls the endpoint. Work and context are taken under one lock: once work was returned, only this task knows of it, and
    /// a publisher that found the context would deliver ahead of it.
    fn poll_endpoint(&self, cx: &mut Context<'_>) -> EndpointPoll<E> {
        let endpoint = self.shared.endpoint();
        let mut parked = self.shared.lock();
        let Some(ConnectionContext { state, .. }) = parked.as_deref_mut() else {
            return EndpointPoll { work: None, wants_read: false, work_deadline: None };
        };
        let work = endpoint.poll_work(state, cx);
        let wants_read = endpoint.wants_read(state);
        let work_deadline = endpoint.work_deadline(state);
        let work = match work {
            Poll::Ready(work) => parked.take().map(|context| (context, work)),
            Poll::Pending => None,
        };
        EndpointPoll { work, wants_read, work_deadline }
    }
}
