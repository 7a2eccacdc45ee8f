//! Asleep: the desk lies where others can write to the peer, until there is something that only the connection can do.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::time::{Instant, Sleep};
use tokio_util::sync::WaitForCancellationFuture;

use super::Connection;
use crate::endpoint::{Endpoint, Flow, outlet::Desk};

/// Why it woke up: all that is there at once.
pub(super) struct Turn<W> {
    pub(super) read: Option<Flow>,
    pub(super) work: Option<W>,
    pub(super) due: bool,
    pub(super) drain: bool,
}

/// What the endpoint says to a connection that looks up.
struct Asked<E: Endpoint> {
    /// Its own work, and the desk with it.
    work: Option<(Box<Desk<E>>, E::Work)>,
    reads: bool,
    look_at: Option<Instant>,
}

/// The desk, and what is to be done at it. None: the desk is gone, which only the connection's task can have done.
type Woken<E> = Option<(Box<Desk<E>>, Turn<<E as Endpoint>::Work>)>;

impl<E: Endpoint> Connection<E> {
    /// Waits until there is something to do. Meanwhile the desk lies where it can be reached. (No `async fn`: each task would
    /// hold places for what this takes.)
    pub(super) fn sleep(
        &mut self,
        mut desk: Box<Desk<E>>,
        mut timer: Pin<&mut Sleep>,
        mut going: Pin<&mut WaitForCancellationFuture<'_>>,
    ) -> impl Future<Output = Woken<E>> {
        self.looks |= desk.socket.looks_again();
        self.outlet.leave(desk);
        poll_fn(move |cx| self.poll(cx, timer.as_mut(), going.as_mut()))
    }

    /// All that there is to do.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut timer: Pin<&mut Sleep>,
        going: Pin<&mut WaitForCancellationFuture<'_>>,
    ) -> Poll<Woken<E>> {
        self.looks |= self.outlet.was_woken(cx);
        let Asked { work, reads, look_at } = self.ask(cx);
        let read = match reads.then(|| self.outlet.line().poll_read(cx, &mut self.reader)) {
            Some(Poll::Ready(read)) => Some(read),
            _ => None,
        };
        let next =
            [self.pulse.next_look(self.outlet.endpoint().keep_alive()), look_at].into_iter().flatten().min();
        if let Some(next) = next.filter(|next| *next != timer.deadline()) {
            timer.as_mut().reset(next);
        }
        let due = next.is_some() && timer.poll(cx).is_ready();
        let drain = going.poll(cx).is_ready();
        if read.is_none() && work.is_none() && !(due || drain || self.looks) {
            return Poll::Pending;
        }
        let (desk, work) =
            work.map_or_else(|| (self.outlet.lock().take(), None), |(d, w)| (Some(d), Some(w)));
        Poll::Ready(desk.map(|desk| (desk, Turn { read, work, due, drain })))
    }

    /// What there is of the endpoint's own. Work that was taken and is not done stands nowhere else, so whoever publishes
    /// must not find the desk without it: both are taken under one lock.
    fn ask(&self, cx: &mut Context<'_>) -> Asked<E> {
        let (endpoint, mut place) = (self.outlet.endpoint(), self.outlet.lock());
        let Some(Desk { state, .. }) = place.as_deref_mut() else {
            return Asked { work: None, reads: false, look_at: None };
        };
        let work = endpoint.poll_work(state, cx);
        let (reads, look_at) = (endpoint.reads(state), endpoint.look_at(state));
        let work = match work {
            Poll::Ready(work) => place.take().map(|desk| (desk, work)),
            Poll::Pending => None,
        };
        Asked { work, reads, look_at }
    }
}
