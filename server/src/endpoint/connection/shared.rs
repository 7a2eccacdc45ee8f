//! State that a connection's task shares with publishers, who deliver to the connection while it is idle.

use std::{
    sync::{Arc, PoisonError, atomic::Ordering},
    task::Context,
};

use crate::{
    endpoint::{ConnectionHandle, Endpoint, InlineDelivery, config::ConnectionConfig, transport::Transport},
    hub::Subscriber,
    sync::{AtomicBool, AtomicWaker, PoisonMutex, PoisonMutexGuard},
};

/// The context that handlers run in.
pub(in crate::endpoint) struct ConnectionContext<E: Endpoint> {
    pub(super) handle: ConnectionHandle<E::Frame>,
    pub(super) state: E::State,
}

/// State that a connection's task shares with the publishers of its topics.
///
/// An idle connection parks its context here. A publisher that finds the context delivers inline: it writes to the peer
/// itself where that needs no waiting, and wakes the connection otherwise. While the connection's task runs, it holds the
/// context, and polls its subscriptions before it becomes idle again.
pub(super) struct ConnectionShared<E: Endpoint> {
    endpoint: Arc<E>,
    config: Arc<ConnectionConfig>,
    transport: Transport,
    /// Its poisoning records that a publisher panicked during inline delivery.
    parked: PoisonMutex<Option<Box<ConnectionContext<E>>>>,
    is_woken: AtomicBool,
    waker: AtomicWaker,
}

impl<E: Endpoint> ConnectionShared<E> {
    pub(super) fn new(endpoint: Arc<E>, config: Arc<ConnectionConfig>, transport: Transport) -> Self {
        Self {
            endpoint,
            config,
            transport,
            parked: PoisonMutex::new(None),
            is_woken: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    pub(super) fn endpoint(&self) -> &Arc<E> {
        &self.endpoint
    }

    pub(super) fn config(&self) -> &ConnectionConfig {
        &self.config
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Makes the context available to publishers.
    pub(super) fn park(&self, context: Box<ConnectionContext<E>>) {
        *self.lock() = Some(context);
    }

    /// Locks the parked context; `None` while the connection's task holds it.
    pub(super) fn lock(&self) -> PoisonMutexGuard<'_, Option<Box<ConnectionContext<E>>>> {
        self.parked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the connection was woken since the last call, and registers `cx` for the next wake-up.
    pub(super) fn take_woken(&self, cx: &Context<'_>) -> bool {
        self.waker.register(cx.waker());
        self.is_woken.swap(false, Ordering::AcqRel)
    }

    /// Makes the connection poll its subscriptions.
    pub(super) fn wake(&self) {
        // A connection that was woken and has not run yet will see this notification too.
        if !self.is_woken.swap(true, Ordering::AcqRel) {
            self.waker.wake();
        }
    }

    /// Returns whether a publisher panicked during inline delivery: a frame may count as received that was not written.
    pub(super) fn is_poisoned(&self) -> bool {
        self.parked.is_poisoned()
    }

    /// Delivers frames without waking the connection. Returns `false` when the connection has to poll its subscriptions.
    fn try_deliver_inline(&self, key: usize, position: u64, frames: &[E::Frame]) -> bool {
        // A poisoned context is left to the connection, which closes.
        let Ok(mut parked) = self.parked.lock() else { return false };
        let Some(ConnectionContext { handle, state }) = parked.as_deref_mut() else { return false };
        let Some(received) = handle.received_since(key, position) else { return false };
        let is_delivered =
            frames.iter().skip(received).all(|frame| self.queue_inline(key, frame, handle, state));
        // Bytes that the socket does not accept now are left to the connection, and so are write errors.
        let is_written = self.transport.try_write(handle.outgoing()).is_ok_and(|is_everything| is_everything);
        is_delivered && is_written
    }

    /// Queues the bytes for the next frame. Returns `false` when the endpoint defers it to the connection's task.
    fn queue_inline(
        &self,
        key: usize,
        frame: &E::Frame,
        handle: &mut ConnectionHandle<E::Frame>,
        state: &mut E::State,
    ) -> bool {
        let Some(topic) = handle.topic(key) else { return true };
        match self.endpoint.deliver_inline(state, topic, frame) {
            InlineDelivery::Defer => return false,
            InlineDelivery::Skip => {}
            InlineDelivery::Write(frames) => handle.send_frames(frames),
        }
        handle.advance(key);
        true
    }
}

impl<E: Endpoint> Subscriber<E::Frame> for ConnectionShared<E> {
    fn notify(&self, key: usize, position: u64, frames: &[E::Frame]) {
        let wake = WakeOnDrop(self);
        if self.try_deliver_inline(key, position, frames) {
            std::mem::forget(wake);
        }
    }
}

/// Wakes the connection, also when the endpoint panics: the connection then closes itself, and the client resumes.
struct WakeOnDrop<'a, E: Endpoint>(&'a ConnectionShared<E>);

impl<E: Endpoint> Drop for WakeOnDrop<'_, E> {
    fn drop(&mut self) {
        self.0.wake();
    }
}
