//! The chat as an [`Endpoint`]: chooses the dialect of a connection and the handler of each frame.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use app::protocol::{CloseCode, DEFAULT_PAGE_SIZE, SUBPROTOCOL, ServerFrame, TopicName};
use tokio::time::Instant;

use super::{
    Chat, Frame,
    client_state::ClientState,
    deliver::{close_unreadable, deliver, deliver_events, deliver_inline, deliver_presence},
    delivery::{Payload, encode},
    dialect::Dialect,
    followers::InboxReceiver,
    plain,
    subscribe::SubscribeError,
    v1,
    work::{CompletedWork, Work},
};
use crate::{
    clock::now,
    counters,
    endpoint::{
        CloseReason, ConnectionHandle, Endpoint, HandlerResult, Handshake, InlineDelivery, KeepAlive,
        Message, Rejection,
    },
    hub::Hub,
    refusals::{self, RefusalCode},
    rights::Door,
};

/// Messages that a plain client is sent when it connects.
const PLAIN_TAIL_MESSAGES: u32 = DEFAULT_PAGE_SIZE;

impl Endpoint for Chat {
    type State = ClientState;
    type Frame = Frame;
    type Work = Work;

    fn hub(&self) -> &Hub<Frame> {
        &self.hub
    }

    fn protocols(&self) -> &'static [&'static str] {
        &[SUBPROTOCOL]
    }

    fn keep_alive(&self) -> KeepAlive {
        let seconds = Duration::from_secs;
        KeepAlive {
            interval: seconds(self.settings.ping_seconds),
            pong_timeout: seconds(self.settings.pong_seconds),
        }
    }

    async fn on_open(&self, handshake: &Handshake) -> Result<ClientState, Rejection> {
        self.accept_handshake(handshake)
    }

    async fn on_start(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
    ) -> HandlerResult {
        // A browser does not tell its page why a handshake was rejected, so the connection opens and is closed with the reason.
        if client.person().is_banned(now()) || self.rights.is_network_banned(client.address) {
            return Err(CloseReason::Server(CloseCode::Banned));
        }
        if client.dialect != Dialect::Plain {
            return Ok(());
        }
        let topic = client.topic.clone();
        let start = self
            .start_subscription(
                connection,
                client,
                Door::PlainSubscribe,
                &topic,
                None,
                PLAIN_TAIL_MESSAGES,
                true,
            )
            .await;
        let start = match start {
            Ok(start) => start,
            Err(SubscribeError::Unreadable(error)) => return Err(close_unreadable(&error)),
            Err(SubscribeError::Denied(denied)) => {
                connection.send_text(plain::notice(&format!("Not connected: {denied}")));
                return Ok(());
            }
        };
        connection.send_frames(self.shared_pages.share(start.page.events).frames(Dialect::Plain));
        connection.send_text(plain::JOINED_LINE);
        Ok(())
    }

    async fn on_text(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        text: String,
    ) -> HandlerResult {
        client.strikes = 0;
        if client.dialect != Dialect::Plain {
            return self.on_v1(connection, client, &text).await;
        }
        self.on_plain(connection, client, &text).await;
        Ok(())
    }

    async fn on_binary(
        &self,
        _: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        _: bytes::Bytes,
    ) -> HandlerResult {
        match client.dialect {
            Dialect::Plain => Ok(()),
            Dialect::AwaitingHello(_) | Dialect::V1 => Err(CloseReason::Server(CloseCode::BadFrame)),
        }
    }

    async fn on_hub_frame(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        topic: &TopicName,
        frame: Frame,
    ) -> HandlerResult {
        match &frame.payload {
            Payload::Events(events) => {
                // The log replies before the hub has the event, so every ack that must precede it is ready.
                while let Some(completed) = client.take_completed() {
                    self.finish_append(connection, client, completed);
                }
                // Events that were read from the store, as those of other nodes are, may come before the log's reply.
                if self.remote.is_some() {
                    self.send_due_acks(connection, client, events).await;
                }
                let dialect = client.dialect;
                let Some(cursor) = client.cursor(topic) else { return Ok(()) };
                deliver_events(connection, dialect, cursor, &frame, events);
            }
            Payload::Presence(change) => {
                // Presence is dropped first under load: a client that is behind is sent the count once it has caught
                // up.
                match client.cursor(topic) {
                    Some(cursor) if cursor.is_behind => cursor.has_dropped = true,
                    Some(_) => deliver_presence(connection, client, &frame, change),
                    None => {}
                }
            }
            Payload::Typing { people, .. } => {
                // A frame that names only the client itself is not sent to it, nor is any to a client that is behind.
                let others = people.iter().any(|person| person.user != client.user);
                if others && client.cursor(topic).is_some_and(|cursor| !cursor.is_behind) {
                    deliver(connection, client.dialect, &frame);
                }
            }
            Payload::Resync => return self.on_lagged(connection, client, topic).await,
            Payload::Diverged => return Err(CloseReason::Server(CloseCode::Internal)),
            Payload::RightsChanged => self.require_readable(client, topic)?,
        }
        Ok(())
    }

    fn deliver_inline(&self, client: &mut ClientState, topic: &TopicName, frame: &Frame) -> InlineDelivery {
        deliver_inline(client, topic, frame).unwrap_or(InlineDelivery::Defer)
    }

    async fn on_lagged(
        &self,
        _: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        topic: &TopicName,
    ) -> HandlerResult {
        if let Some(cursor) = client.cursor(topic) {
            cursor.is_behind = true;
        }
        // The hub may have dropped the frame about a change of rights.
        self.require_readable(client, topic)
    }

    fn wants_read(&self, client: &ClientState) -> bool {
        client.pending.len() < self.settings.limits.in_flight
    }

    fn poll_work(&self, client: &mut ClientState, cx: &mut Context<'_>) -> Poll<Work> {
        client.poll_work(cx)
    }

    fn work_deadline(&self, client: &ClientState) -> Option<Instant> {
        match client.dialect {
            Dialect::AwaitingHello(deadline) => Some(deadline),
            Dialect::V1 | Dialect::Plain => client.inbox.as_deref().and_then(InboxReceiver::ready_at),
        }
    }

    async fn on_work(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        work: Work,
    ) -> HandlerResult {
        match work {
            Work::Completed(CompletedWork(completed)) => {
                self.finish_append(connection, client, completed);
                while let Some(completed) = client.take_completed() {
                    self.finish_append(connection, client, completed);
                }
            }
            Work::InboxReady => self.send_updates(connection, client).await,
            Work::CatchUp(topic) => self.catch_up(connection, client, &topic).await?,
            Work::NoHello => return Err(CloseReason::Server(CloseCode::NoHello)),
            Work::SessionEnded => return Err(CloseReason::Server(CloseCode::AuthRefresh)),
            Work::Banned => return Err(CloseReason::Server(CloseCode::Banned)),
            Work::Renamed(name) => self.use_name(client, name),
        }
        Ok(())
    }

    fn on_rate_limited(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        message: Option<&Message>,
        retry_ms: u64,
    ) -> HandlerResult {
        let limits = "frames-per-second or address-bytes-per-second";
        refusals::record_from(client.address, RefusalCode::Rate, limits);
        client.strikes += 1;
        if client.strikes >= self.settings.limits.rate_strikes {
            return Err(CloseReason::Server(CloseCode::Rate));
        }
        match (client.dialect, message) {
            (Dialect::Plain, Some(Message::Text(_))) => {
                connection.send_text(plain::notice("Not sent: too many messages; slow down"))
            }
            (_, Some(Message::Text(text))) => v1::reject_rate_limited(connection, text, retry_ms),
            _ => {}
        }
        Ok(())
    }

    async fn on_close(&self, client: ClientState, reason: &CloseReason) {
        if *reason == CloseReason::Server(CloseCode::Slow) {
            counters::SLOW_READERS_CLOSED.add(1);
        }
        if let CloseReason::Server(close) = reason
            && let Some(code) = RefusalCode::of_close(*close)
        {
            refusals::record_from(client.address, code, "the connection was closed");
        }
    }

    fn ping(&self, client: &ClientState, n: u64) -> Message {
        match client.dialect {
            Dialect::Plain => Message::Ping(n.to_be_bytes().to_vec().into()),
            Dialect::AwaitingHello(_) | Dialect::V1 => Message::Text(encode(&ServerFrame::Ping { n })),
        }
    }

    fn on_drain(&self, connection: &mut ConnectionHandle<Frame>, client: &mut ClientState, within_ms: u64) {
        if client.dialect == Dialect::V1 {
            v1::send(connection, &ServerFrame::Drain { within_ms });
        }
    }
}
