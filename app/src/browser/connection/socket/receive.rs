//! Handles what the server sends.

use futures::FutureExt;
use gloo_net::websocket::{Message, WebSocketError};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

use super::{Connection, IDLE_TIMEOUT_MS};
use crate::{
    browser::{calendar, connection::render_throttle::Next, draft_sync},
    json_lite,
    model::conversation::{ConnectionStatus, Effects},
    protocol::ServerFrame,
};

impl Connection {
    /// Handles a message of the socket. Returns `None` when the connection is over.
    pub(super) async fn on_message(&mut self, message: Result<Message, WebSocketError>) -> Option<()> {
        let text = match message {
            Ok(Message::Text(text)) => text,
            Ok(Message::Bytes(_)) => return Some(()),
            Err(WebSocketError::ConnectionClose(close)) => {
                self.end.close = Some((close.code, close.reason));
                return None;
            }
            Err(_) => return None,
        };
        let Some(frame) = json_lite::parse_frame(&text) else {
            leptos::logging::warn!("received a frame that could not be decoded");
            return Some(());
        };
        let was_probing = self.offline_report.is_probing();
        self.offline_report.frame_received(&frame, self.end.was_live);
        self.on_frame(frame).await?;
        // No draft was sent during the probe.
        if was_probing && !self.offline_report.is_probing() { self.send_due().await } else { Some(()) }
    }

    /// Handles a frame. Returns `None` when the connection is over.
    async fn on_frame(&mut self, frame: ServerFrame) -> Option<()> {
        if let ServerFrame::Welcome { ping_seconds: seconds @ 1.., .. } = frame {
            self.idle_timeout_ms = u32::try_from(seconds * 1_000).ok()?.saturating_add(IDLE_TIMEOUT_MS);
        }
        let effects = self.apply(frame)?;
        self.end.was_live |= self.conversation.try_with_untracked(|c| c.status == ConnectionStatus::Live)?;
        if !effects.committed_drafts.is_empty() {
            self.send_lock.restart_timeout();
        }
        draft_sync::remove_committed(effects.committed_drafts).await;
        for draft in effects.changed_drafts {
            draft_sync::update(self.conversation, draft).await;
        }
        if let Some(ms) = effects.retry_ms {
            self.retry = Some(TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX)).fuse());
        }
        if effects.drain_ms.is_some() {
            self.end.drain_ms = effects.drain_ms;
        }
        self.send(effects.send).await
    }

    /// Applies a frame to the conversation. A ping changes nothing visible, so it notifies no component; events are
    /// rendered as the throttle decides.
    fn apply(&mut self, frame: ServerFrame) -> Option<Effects> {
        let is_ping = matches!(frame, ServerFrame::Ping { .. });
        let is_event = matches!(frame, ServerFrame::Event(_));
        if !is_ping && !is_event {
            return self.conversation.try_update(|c| c.receive(frame));
        }
        let effects = self.conversation.try_write_untracked().map(|mut c| c.receive(frame));
        if is_event && self.render_throttle.event_received() == Next::Render {
            self.render();
        }
        effects
    }

    /// Notifies the components. They render before a timer of 0 ms fires, so the timer measures how long that takes.
    fn render(&mut self) {
        self.render_throttle.render_started(calendar::now().0);
        self.conversation.notify();
        self.render_timer = Some(TimeoutFuture::new(0).fuse());
    }

    pub(super) fn on_render_timer(&mut self) -> Option<()> {
        self.render_timer = None;
        match self.render_throttle.timer_fired(calendar::now().0) {
            Next::Render => self.render(),
            Next::Wait(ms) => {
                self.render_timer = Some(TimeoutFuture::new(u32::try_from(ms).unwrap_or(u32::MAX)).fuse());
            }
            Next::Idle => {}
        }
        Some(())
    }
}
