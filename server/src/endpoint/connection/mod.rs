//! The task of one connection: it idles, handles everything that is ready, writes, and idles again, until a [`CloseReason`].
//!
//! Memory for handling is allocated only while it is needed: an idle connection takes a few hundred bytes.

mod idle;
mod run;
mod shared;
#[cfg(test)]
mod tests;

use std::{
    pin::pin,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::{
    task::yield_now,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    Bucket, CloseReason, ConnectionHandle, Endpoint, HandlerResult, close_handshake::perform_close_handshake,
    config::ConnectionConfig, frame::FrameReader, keep_alive::Heartbeat, transport::Transport,
};
use crate::{address_limits::AddressPermit, hub::Subscriber};
use shared::{ConnectionContext, ConnectionShared};

/// The initial deadline of the timer, which is reset as soon as there is a real one.
const NO_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);

/// A connection that has handled as many bytes lets others run. Tokio would let it handle 128 full buffers, for a tenth of a second.
const MAX_BYTES_PER_TURN: usize = 64 * 1_024;

pub(super) struct Connection<E: Endpoint> {
    shared: Arc<ConnectionShared<E>>,
    reader: FrameReader,
    heartbeat: Heartbeat,
    /// The rate limit of received frames.
    bucket: Bucket,
    address_permit: Box<AddressPermit>,
    /// The subscriptions may have frames that were not received.
    must_poll_hub: bool,
    /// Nothing is read from the peer until then.
    read_pause: Option<Instant>,
    /// Bytes of frames that were handled since the task last yielded.
    handled_bytes: usize,
}

impl<E: Endpoint> Connection<E> {
    /// Creates a connection and its context. `early` are the bytes that arrived together with the request.
    #[expect(
        clippy::boxed_local,
        reason = "the caller's future holds the state across the upgrade, so it is small"
    )]
    pub(super) fn new(
        endpoint: Arc<E>,
        transport: Transport,
        early: &[u8],
        state: Box<E::State>,
        config: Arc<ConnectionConfig>,
        address_permit: AddressPermit,
    ) -> (Box<Self>, Box<ConnectionContext<E>>) {
        let now = Instant::now();
        let hub = endpoint.hub().clone();
        let heartbeat = Heartbeat::new(endpoint.keep_alive(), now);
        let bucket = Bucket::full(config.frame_rate, now);
        let mut reader = FrameReader::new(config.max_message_bytes);
        reader.put(early);
        let shared = Arc::new(ConnectionShared::new(endpoint, config, transport));
        let subscriber: Weak<ConnectionShared<E>> = Arc::downgrade(&shared);
        let handle = ConnectionHandle::new(hub, subscriber as Weak<dyn Subscriber<E::Frame>>);
        let connection = Self {
            shared,
            reader,
            heartbeat,
            bucket,
            address_permit: Box::new(address_permit),
            must_poll_hub: false,
            read_pause: None,
            handled_bytes: 0,
        };
        (Box::new(connection), Box::new(ConnectionContext { handle, state: *state }))
    }

    /// Runs the connection until it has ended.
    pub(super) async fn run(
        mut self: Box<Self>,
        mut context: Box<ConnectionContext<E>>,
        drain: &CancellationToken,
    ) {
        let mut timer = pin!(sleep(NO_DEADLINE));
        let mut draining = pin!(drain.cancelled());
        let mut result = Box::pin(self.start(&mut context, drain)).await;
        while result.is_ok() {
            // The future is boxed before it is awaited, so that this task does not reserve memory for it while idle.
            let running = match self.idle(context, timer.as_mut(), draining.as_mut()).await {
                Some((woken, wakeup)) => {
                    context = woken;
                    Box::pin(self.run_once(&mut context, wakeup, drain))
                }
                None => return,
            };
            result = running.await;
            if self.handled_bytes >= MAX_BYTES_PER_TURN {
                self.handled_bytes = 0;
                yield_now().await;
            }
        }
        if let Err(reason) = result {
            Box::pin(self.close(context, reason)).await;
        }
    }

    async fn start(
        &mut self,
        context: &mut ConnectionContext<E>,
        drain: &CancellationToken,
    ) -> HandlerResult {
        let endpoint = Arc::clone(self.shared.endpoint());
        endpoint.on_start(&mut context.handle, &mut context.state).await?;
        self.handle_received(context, drain).await?;
        self.write(context, drain).await
    }

    async fn close(mut self: Box<Self>, context: Box<ConnectionContext<E>>, reason: CloseReason) {
        let ConnectionContext { mut handle, state } = *context;
        let outgoing = std::mem::take(handle.outgoing());
        // The subscriptions and the state end before the close handshake, which may take seconds.
        drop(handle);
        self.shared.endpoint().on_close(state, &reason).await;
        let write_timeout = self.shared.config().write_timeout;
        perform_close_handshake(self.shared.transport(), &mut self.reader, outgoing, reason, write_timeout)
            .await;
    }
}

/// Takes the context away from publishers when the task is cancelled or panics.
impl<E: Endpoint> Drop for Connection<E> {
    fn drop(&mut self) {
        // Dropped outside the lock: its destructor leaves the topics.
        let context = self.shared.lock().take();
        drop(context);
    }
}
