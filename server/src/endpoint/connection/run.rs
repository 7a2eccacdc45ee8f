//! The active phase of a connection: it holds its context, handles everything that is ready, and writes the results.

use std::{sync::Arc, time::Duration};

use app::protocol::CloseCode;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{Connection, idle::Wakeup, shared::ConnectionContext};
use crate::{
    endpoint::{
        CloseReason, Endpoint, HandlerResult, Message, close_handshake::CLOSE_TIMEOUT,
        config::ConnectionConfig, frame::ReceivedFrame, keep_alive::HeartbeatAction,
    },
    hub::Received,
};

/// Hub frames that a connection handles before it polls its other sources again.
const MAX_HUB_FRAMES_PER_RUN: usize = 512;
/// The pause in reading from a peer whose address has sent more bytes than it may: what it sends meanwhile waits at its end,
/// so that a flood does not cost the processors of others.
pub(super) const EXCESS_BYTES_PAUSE: Duration = Duration::from_millis(50);
/// A write that takes this long was waiting for the peer.
const SLOW_WRITE: Duration = Duration::from_secs(1);

impl<E: Endpoint> Connection<E> {
    /// Handles everything that was ready, and writes what the handlers queued.
    pub(super) async fn run_once(
        &mut self,
        context: &mut ConnectionContext<E>,
        wakeup: Wakeup<E::Work>,
        drain: &CancellationToken,
    ) -> HandlerResult {
        if self.shared.is_poisoned() {
            return Err(CloseReason::Server(CloseCode::Internal));
        }
        let endpoint = Arc::clone(self.shared.endpoint());
        if let Some(work) = wakeup.work {
            endpoint.on_work(&mut context.handle, &mut context.state, work).await?;
        }
        if let Some(read) = wakeup.read {
            self.heartbeat.record_read(Instant::now());
            read?;
        }
        self.read_pause = self.read_pause.filter(|until| *until > Instant::now());
        self.handle_received(context, drain).await?;
        if std::mem::take(&mut self.must_poll_hub) || context.handle.take_hub_poll() {
            self.handle_hub_frames(context, drain).await?;
        }
        if wakeup.is_timer_due {
            self.handle_timer(context)?;
        }
        if wakeup.is_draining {
            endpoint.on_drain(&mut context.handle, &mut context.state, self.shared.config().drain_ms);
            return Err(CloseReason::Server(CloseCode::Drain));
        }
        self.write(context, drain).await
    }

    /// Handles all received frames, as long as the endpoint wants to read. Answers are written as they accumulate: a client
    /// that sends many small requests without reading costs no more memory than one that reads.
    pub(super) async fn handle_received(
        &mut self,
        context: &mut ConnectionContext<E>,
        drain: &CancellationToken,
    ) -> HandlerResult {
        let endpoint = Arc::clone(self.shared.endpoint());
        while self.read_pause.is_none()
            && endpoint.wants_read(&context.state)
            && let Some(received) = self.reader.next_frame()?
        {
            self.handle_frame(&endpoint, context, received).await?;
            if self.is_write_queue_full(context) {
                self.write(context, drain).await?;
            }
        }
        Ok(())
    }

    /// Handles one frame. Every frame counts against the limits of its connection and its address, also a fragment that
    /// completes no message.
    async fn handle_frame(
        &mut self,
        endpoint: &E,
        context: &mut ConnectionContext<E>,
        received: ReceivedFrame,
    ) -> HandlerResult {
        let ConnectionContext { handle, state } = context;
        if let Some(Message::Close(code)) = received.message {
            return Err(CloseReason::Peer(code));
        }
        self.handled_bytes += received.bytes;
        let rate = self.shared.config().frame_rate;
        let now = Instant::now();
        let has_byte_quota = self.address_permit.take_bytes(received.bytes, now);
        if has_byte_quota.is_err() {
            self.read_pause = Some(now + EXCESS_BYTES_PAUSE);
        }
        if let Err(retry_ms) = self.bucket.take(rate, now).and(has_byte_quota) {
            return endpoint.on_rate_limited(handle, state, received.message.as_ref(), retry_ms);
        }
        match received.message {
            Some(Message::Text(text)) => endpoint.on_text(handle, state, text).await,
            Some(Message::Binary(bytes)) => endpoint.on_binary(handle, state, bytes).await,
            Some(Message::Ping(bytes)) => {
                handle.send(Message::Pong(bytes));
                Ok(())
            }
            Some(Message::Pong(_) | Message::Close(_)) | None => Ok(()),
        }
    }

    /// Handles the frames of all subscriptions, writing in between so that little is queued at once. Stops after
    /// [`MAX_HUB_FRAMES_PER_RUN`], so that a busy topic does not keep the connection from reading.
    async fn handle_hub_frames(
        &mut self,
        context: &mut ConnectionContext<E>,
        drain: &CancellationToken,
    ) -> HandlerResult {
        let endpoint = Arc::clone(self.shared.endpoint());
        let mut index = 0;
        let mut handled = 0;
        while let Some(topic) = context.handle.subscription(index).cloned() {
            while let Some(received) = context.handle.try_recv(index) {
                let ConnectionContext { handle, state } = &mut *context;
                match received {
                    Received::Frame(frame) => endpoint.on_hub_frame(handle, state, &topic, frame).await?,
                    Received::Lagged => endpoint.on_lagged(handle, state, &topic).await?,
                }
                if self.is_write_queue_full(context) {
                    self.write(context, drain).await?;
                }
                handled += 1;
                if handled == MAX_HUB_FRAMES_PER_RUN {
                    context.handle.poll_hub_again();
                    return Ok(());
                }
            }
            index += 1;
        }
        Ok(())
    }

    fn handle_timer(&mut self, context: &mut ConnectionContext<E>) -> HandlerResult {
        let endpoint = self.shared.endpoint();
        match self.heartbeat.poll(endpoint.keep_alive(), Instant::now()) {
            HeartbeatAction::Ping(n) => context.handle.send(endpoint.ping(&context.state, n)),
            HeartbeatAction::TimeOut => return Err(CloseReason::Server(CloseCode::NoPong)),
            HeartbeatAction::None => {}
        }
        Ok(())
    }

    fn is_write_queue_full(&self, context: &mut ConnectionContext<E>) -> bool {
        context.handle.outgoing().bytes() >= self.shared.config().write_queue_bytes
    }

    /// Writes everything that is queued. A peer that does not read blocks only its own connection, from which nothing is
    /// read meanwhile, and is disconnected after the write timeout or when the budget for slow readers is exceeded.
    pub(super) async fn write(
        &mut self,
        context: &mut ConnectionContext<E>,
        drain: &CancellationToken,
    ) -> HandlerResult {
        match self.shared.transport().try_write(context.handle.outgoing()) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(_) => return Err(CloseReason::Disconnected),
        }
        let started = Instant::now();
        let ConnectionConfig { write_timeout, pending, .. } = self.shared.config();
        let outgoing = context.handle.outgoing();
        let kept = self.shared.transport().kept_bytes();
        let reader = pending.begin_wait(outgoing.unshared_bytes() + kept, outgoing.bytes() + kept);
        tokio::select! {
            written = self.shared.transport().write(outgoing, *write_timeout) => written?,
            () = reader.must_close() => return Err(CloseReason::Server(CloseCode::Slow)),
            () = drain_timeout(drain) => return Err(CloseReason::Server(CloseCode::Drain)),
        }
        // The peer has read, so it is alive. Its pongs may still be unread, since nothing was read during the write.
        if started.elapsed() >= SLOW_WRITE {
            self.heartbeat.record_read(Instant::now());
        }
        Ok(())
    }
}

/// Resolves when a shutdown has waited for a slow peer as long as it would for its close frame.
async fn drain_timeout(drain: &CancellationToken) {
    drain.cancelled().await;
    sleep_until(Instant::now() + CLOSE_TIMEOUT).await;
}
