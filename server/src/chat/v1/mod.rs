//! The verbs of `chorus.v1`.

mod answer;

use app::protocol::{
    Body, ClientFrame, CloseCode, DraftId, ErrorCode, LimitsFrame, Name, Position, ServerFrame, TopicName,
    VERSION,
};
use tracing::error;

use super::{
    Chat, Frame,
    delivery::Change,
    subscribe::Begun,
    visitor::{Dialect, Pending, Visitor},
};
use crate::{
    clock::now,
    endpoint::{Close, Flow, Socket},
    log::NewMessage,
};
pub(super) use answer::{answer, send, too_fast};
use answer::{code_of, not_understood, refuse, unavailable};

impl Chat {
    /// A frame came.
    pub(super) async fn on_v1(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, text: &str) -> Flow {
        let frame = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(error) => return not_understood(socket, visitor, text, &error),
        };
        match (visitor.dialect, frame) {
            (Dialect::Greeting(_), ClientFrame::Hello { version, name }) => {
                self.hello(socket, visitor, version, name).await
            }
            (Dialect::Greeting(_), _) => Err(Close::Us(CloseCode::NoHello)),
            (_, ClientFrame::Hello { .. }) => {
                refuse(
                    socket,
                    None,
                    ErrorCode::BadRequest,
                    "hello was said already; rename changes the name",
                );
                Ok(())
            }
            (_, frame) => self.verb(socket, visitor, frame).await,
        }
    }

    async fn verb(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, frame: ClientFrame) -> Flow {
        match frame {
            ClientFrame::Rename { reference, name } => self.rename(socket, visitor, reference, name).await,
            ClientFrame::Subscribe { reference, topic, since, tail, echo } => {
                self.subscribe(socket, visitor, reference, topic, since, tail, echo).await
            }
            ClientFrame::Unsubscribe { reference, topic } => {
                self.end(socket, visitor, &topic);
                send(socket, &ServerFrame::Unsubscribed { reference, topic });
                Ok(())
            }
            ClientFrame::Publish { reference, topic, draft, body } => {
                self.publish(socket, visitor, reference, topic, draft, body).await
            }
            // Any frame is a sign of life; this one says nothing else.
            ClientFrame::Pong { .. } | ClientFrame::Hello { .. } => Ok(()),
        }
    }

    async fn hello(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        version: u32,
        name: Option<Name>,
    ) -> Flow {
        if version != VERSION {
            return Err(Close::Us(CloseCode::Version));
        }
        if let Some(name) = name {
            self.take_name(visitor, name).await;
        }
        visitor.dialect = Dialect::V1;
        let welcome = ServerFrame::Welcome {
            connection: visitor.connection,
            user: visitor.user,
            name: visitor.name.clone(),
            now: now(),
            ping_seconds: self.settings.ping_seconds,
            limits: LimitsFrame {
                frame_bytes: self.settings.limits.frame_bytes,
                body_bytes: self.settings.limits.body_bytes,
                name_chars: Name::MAX_CHARS,
                subscriptions: self.settings.limits.max_subscriptions,
            },
        };
        send(socket, &welcome);
        Ok(())
    }

    async fn rename(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        reference: u64,
        name: Name,
    ) -> Flow {
        self.take_name(visitor, name).await;
        send(socket, &ServerFrame::Renamed { reference, name: visitor.name.clone() });
        Ok(())
    }

    /// From now on, on this connection; and for the session's next ones, unless the store fails.
    async fn take_name(&self, visitor: &mut Visitor, name: Name) {
        if let Some(session) = visitor.session.as_mut().filter(|session| session.name != name) {
            session.name = name.clone();
            if let Err(error) = self.sessions.rename(session, &name).await {
                error!(%error, "session.rename_failed");
            }
        }
        for (cursor, _) in &visitor.places {
            self.presence.rename(&cursor.topic, visitor.user, &name);
        }
        visitor.name = name;
    }

    #[allow(clippy::too_many_arguments)]
    async fn subscribe(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        reference: u64,
        topic: TopicName,
        since: Option<Position>,
        tail: u32,
        echo: bool,
    ) -> Flow {
        let limit = self.settings.limits.max_subscriptions;
        if visitor.cursor(&topic).is_none() && visitor.places.len() >= limit {
            let message = format!("a connection hears at most {limit} topics; unsubscribe from one first");
            refuse(socket, Some(reference), ErrorCode::TooManySubscriptions, message);
            return Ok(());
        }
        let Begun { mode, page, more } = match self.begin(socket, visitor, &topic, since, tail, echo).await {
            Ok(begun) => begun,
            Err(error) => {
                error!(%error, "log.read_failed");
                unavailable(socket, Some(reference), "the server cannot read the log just now; try again");
                return Ok(());
            }
        };
        let (epoch, head, events) = (page.epoch, page.head, page.events);
        self.acknowledge(socket, visitor, &events).await;
        send(
            socket,
            &ServerFrame::Subscribed { reference, topic: topic.clone(), epoch, head, mode, events, more },
        );
        let here = self.presence.here(&topic);
        send(socket, &Change { topic, here, joined: Vec::new(), left: Vec::new() }.frame());
        Ok(())
    }

    async fn publish(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        reference: u64,
        topic: TopicName,
        draft: DraftId,
        body: String,
    ) -> Flow {
        let body = match Body::parse(body, self.settings.limits.body_bytes) {
            Ok(body) => body.into_string(),
            Err(error) => {
                refuse(socket, Some(reference), code_of(error), error.to_string());
                return Ok(());
            }
        };
        let message = NewMessage { topic: topic.clone(), author: visitor.author(None), draft, body };
        match self.log.submit(message).await {
            Ok(answer) => {
                visitor.answers.push_back(Pending { reference: Some(reference), draft, topic, answer })
            }
            Err(error) => unavailable(socket, Some(reference), error.to_string()),
        }
        Ok(())
    }
}
