//! The frames of `chorus.v1`.

mod history;
mod malformed;
mod memberships;
mod reply;
mod search;
mod submit;
mod topics;

use app::protocol::{
    About, ClientFrame, CloseCode, ErrorCode, Name, PROTOCOL_VERSION, Position, ServerFrame, TopicName,
    WelcomeLimits,
};
use tracing::error;

use super::{
    Chat, Frame, client_state::ClientState, dialect::Dialect, pages::SubscriptionStart,
    subscribe::SubscribeError,
};
use crate::{
    clock::now,
    endpoint::{CloseReason, ConnectionHandle, HandlerResult},
    event_log::Search,
    rights::{Door, Permission},
};
pub(crate) use reply::text_error_code;
use reply::{reject, reject_denied, reject_malformed, reject_unreadable};
pub(super) use reply::{reject_rate_limited, send, send_outcome, send_page};

impl Chat {
    /// Handles a text frame.
    pub(super) async fn on_v1(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        text: &str,
    ) -> HandlerResult {
        let frame = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(_) => return reject_malformed(connection, client, text),
        };
        match (client.dialect, frame) {
            (Dialect::AwaitingHello(_), ClientFrame::Hello { version, name }) => {
                self.hello(connection, client, version, name).await
            }
            (Dialect::AwaitingHello(_), _) => Err(CloseReason::Server(CloseCode::NoHello)),
            (_, ClientFrame::Hello { .. }) => {
                reject(
                    connection,
                    None,
                    ErrorCode::BadRequest,
                    "hello was sent already; use rename to change the name",
                );
                Ok(())
            }
            (_, frame) => self.dispatch(connection, client, frame).await,
        }
    }

    async fn dispatch(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        frame: ClientFrame,
    ) -> HandlerResult {
        match frame {
            ClientFrame::Rename { reference, name } => self.rename(connection, client, reference, name).await,
            ClientFrame::Subscribe { reference, topic, since, tail, echo } => {
                self.subscribe(connection, client, reference, topic, since, tail, echo).await
            }
            ClientFrame::Unsubscribe { reference, topic } => {
                self.end_subscription(connection, client, &topic);
                send(connection, &ServerFrame::Unsubscribed { reference, topic });
                Ok(())
            }
            ClientFrame::Publish { .. }
            | ClientFrame::Edit { .. }
            | ClientFrame::Delete { .. }
            | ClientFrame::React { .. }
            | ClientFrame::CreateTopic { .. }
            | ClientFrame::Describe { .. } => {
                let Some(frame) = frame.into_action() else { return Ok(()) };
                self.submit(connection, client, frame).await
            }
            ClientFrame::History { reference, topic, span, limit } => {
                self.history(connection, client, reference, topic, span, limit).await
            }
            ClientFrame::Topics { reference, query, skip, limit } => {
                self.list_topics(connection, client, reference, &query, skip, limit).await
            }
            ClientFrame::Search { reference, query, topic, after, offsets, limit } => {
                let search = Search::parse_at(&query, &offsets, topic, after.as_deref(), limit);
                self.on_search(connection, client, reference, search).await
            }
            ClientFrame::Members { reference, topic } => {
                self.on_members(connection, client, reference, topic);
                Ok(())
            }
            ClientFrame::Follow { reference, topic, follow, favourite } => {
                self.on_follow(connection, client, reference, &topic, follow, favourite).await
            }
            ClientFrame::Read { topic, seq, unread } => {
                self.on_read(client, &topic, seq, unread).await;
                Ok(())
            }
            ClientFrame::Typing { topic } => {
                let is_subscribed = client.cursor(&topic).is_some();
                if is_subscribed
                    && self.rights.allows(Door::SocketTyping, &client.person(), Permission::Publish, &topic)
                {
                    self.typing.record(&topic, client.user, &client.name);
                }
                Ok(())
            }
            // Any frame proves that the connection is alive; `pong` has no other purpose.
            ClientFrame::Pong { .. } | ClientFrame::Hello { .. } => Ok(()),
        }
    }

    async fn hello(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        version: u32,
        name: Option<Name>,
    ) -> HandlerResult {
        if version != PROTOCOL_VERSION {
            return Err(CloseReason::Server(CloseCode::Version));
        }
        // The connection opened before the ban. A `welcome` would come just before the close.
        if client.person().is_banned(now()) {
            return Err(CloseReason::Server(CloseCode::Banned));
        }
        if let Some(name) = name {
            self.set_name(client, name).await;
        }
        let topics = self.connect_person(client).await?;
        client.dialect = Dialect::V1;
        let welcome = ServerFrame::Welcome {
            connection: client.connection,
            user: client.user,
            name: client.name.clone(),
            now: now(),
            ping_seconds: self.settings.ping_seconds,
            limits: WelcomeLimits {
                frame_bytes: self.settings.limits.frame_bytes,
                body_bytes: self.settings.limits.body_bytes,
                name_chars: Name::MAX_CHARS,
                subscriptions: self.settings.limits.max_subscriptions,
            },
            topics,
        };
        send(connection, &welcome);
        Ok(())
    }

    async fn rename(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        reference: u64,
        name: Name,
    ) -> HandlerResult {
        if let Err(denied) = self.rights.rename(&client.person()) {
            reject_denied(connection, reference, denied);
            return Ok(());
        }
        self.set_name(client, name).await;
        send(connection, &ServerFrame::Renamed { reference, name: client.name.clone() });
        Ok(())
    }

    /// Renames the client on this connection, and its session for later ones. A failed store loses only the latter.
    async fn set_name(&self, client: &mut ClientState, name: Name) {
        if let Some(session) = client.session.as_mut().filter(|session| session.name != name) {
            session.name = name.clone();
            if let Err(error) = self.rename_person(session, &name).await {
                error!(%error, "session.rename_failed");
            }
        }
        self.use_name(client, name);
    }

    /// Uses another name on this connection, whose session has it already.
    pub(super) fn use_name(&self, client: &mut ClientState, name: Name) {
        if let Some(session) = client.session.as_mut() {
            session.name = name.clone();
        }
        for (cursor, _) in &client.subscriptions {
            self.presence.rename(cursor.topic(), client.user, &name);
        }
        client.name = name;
    }

    #[allow(clippy::too_many_arguments)]
    async fn subscribe(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        reference: u64,
        topic: TopicName,
        since: Option<Position>,
        tail: u32,
        echo: bool,
    ) -> HandlerResult {
        let limit = self.settings.limits.max_subscriptions;
        if client.cursor(&topic).is_none() && client.subscriptions.len() >= limit {
            let message =
                format!("a connection subscribes to at most {limit} topics; unsubscribe from one first");
            reject(connection, Some(reference), ErrorCode::TooManySubscriptions, message);
            return Ok(());
        }
        let start =
            self.start_subscription(connection, client, Door::Subscribe, &topic, since, tail, echo).await;
        let SubscriptionStart { mode, page, more, newest } = match start {
            Ok(start) => start,
            Err(SubscribeError::Denied(denied)) => {
                reject_denied(connection, reference, denied);
                return Ok(());
            }
            Err(SubscribeError::Unreadable(error)) => {
                reject_unreadable(connection, reference, &error);
                return Ok(());
            }
        };
        let subscribed = ServerFrame::Subscribed {
            reference,
            topic: topic.clone(),
            epoch: page.epoch,
            head: page.head,
            draft: newest.map(|event| event.draft),
            at: newest.map(|event| event.at),
            mode,
            events: Vec::new(),
            more,
            about: Some(About::clone(&page.about)),
        };
        let page = self.shared_pages.share(page.events);
        self.send_due_acks(connection, client, page.page_events()).await;
        send_page(connection, &subscribed, &page);
        if let Some(cursor) = client.cursor(&topic) {
            cursor.confirm();
        }
        self.send_presence_count(connection, &topic);
        Ok(())
    }
}
