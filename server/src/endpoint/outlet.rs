//! Where a connection can be reached while it sleeps.
//!
//! What a connection works with, its desk, lies here while it waits. Whoever publishes then writes to it at once where
//! that takes neither waiting nor asking, and wakes it otherwise. While it works it has its desk itself, and looks at its
//! topics before it sleeps again.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Context,
};

use futures::task::AtomicWaker;

use super::{AtOnce, Endpoint, Socket, line::Line, manners::Manners};
use crate::hub::Subscriber;

/// What a connection works with.
pub(super) struct Desk<E: Endpoint> {
    pub(super) socket: Socket<E::Frame>,
    pub(super) state: E::State,
}

/// What a connection's task and those who publish share.
pub(super) struct Outlet<E: Endpoint> {
    endpoint: Arc<E>,
    manners: Arc<Manners>,
    line: Line,
    desk: Mutex<Option<Box<Desk<E>>>>,
    woken: AtomicBool,
    waker: AtomicWaker,
}

impl<E: Endpoint> Outlet<E> {
    pub(super) fn new(endpoint: Arc<E>, manners: Arc<Manners>, line: Line) -> Self {
        Self {
            endpoint,
            manners,
            line,
            desk: Mutex::new(None),
            woken: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    pub(super) fn endpoint(&self) -> &Arc<E> {
        &self.endpoint
    }

    pub(super) fn manners(&self) -> &Manners {
        &self.manners
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// Leaves the desk here, before sleeping.
    pub(super) fn leave(&self, desk: Box<Desk<E>>) {
        *self.lock() = Some(desk);
    }

    /// The desk, if it lies here.
    pub(super) fn lock(&self) -> MutexGuard<'_, Option<Box<Desk<E>>>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody woke this connection since it was last asked; from now on, `cx` is woken.
    pub(super) fn was_woken(&self, cx: &Context<'_>) -> bool {
        self.waker.register(cx.waker());
        self.woken.swap(false, Ordering::AcqRel)
    }

    /// There is something to look at.
    pub(super) fn wake(&self) {
        // Whoever has been woken and has not looked yet will see this too.
        if !self.woken.swap(true, Ordering::AcqRel) {
            self.waker.wake();
        }
    }

    /// Whether a publisher panicked while it wrote for this connection: a frame may be counted as sent that was not.
    pub(super) fn is_broken(&self) -> bool {
        self.desk.is_poisoned()
    }

    /// Whether the frames need no more of anybody.
    fn write_at_once(&self, key: usize, position: u64, frames: &[E::Frame]) -> bool {
        // A desk that an earlier panic left half-changed is the connection's to close.
        let Ok(mut desk) = self.desk.lock() else { return false };
        let Some(Desk { socket, state }) = desk.as_deref_mut() else { return false };
        let Some(had) = socket.has_had(key, position) else { return false };
        let all = frames.iter().skip(had).all(|frame| self.queue_at_once(key, frame, socket, state));
        // What the line does not take now is left to the connection, and so is a line that is broken.
        let written = self.line.write_now(socket.outgoing()).is_ok_and(|written| written);
        all && written
    }

    /// Queues what is to be written for the next frame. False: the connection has to look at it.
    fn queue_at_once(
        &self,
        key: usize,
        frame: &E::Frame,
        socket: &mut Socket<E::Frame>,
        state: &mut E::State,
    ) -> bool {
        let Some(topic) = socket.topic(key) else { return true };
        match self.endpoint.at_once(state, topic, frame) {
            AtOnce::Ask => return false,
            AtOnce::Nothing => {}
            AtOnce::Write(frames) => socket.send_frames(frames),
        }
        socket.took(key);
        true
    }
}

impl<E: Endpoint> Subscriber<E::Frame> for Outlet<E> {
    fn notify(&self, key: usize, position: u64, frames: &[E::Frame]) {
        let wake = WakeOnDrop(self);
        if self.write_at_once(key, position, frames) {
            std::mem::forget(wake);
        }
    }
}

/// Wakes the connection, also when a panic unwinds: it closes itself, and the client resumes from what it has.
struct WakeOnDrop<'a, E: Endpoint>(&'a Outlet<E>);

impl<E: Endpoint> Drop for WakeOnDrop<'_, E> {
    fn drop(&mut self) {
        self.0.wake();
    }
}
