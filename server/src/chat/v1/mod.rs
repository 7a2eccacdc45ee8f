//! The verbs of `chorus.v1`.

mod answer;
mod past;
mod people;
mod search;
mod submit;
mod topics;

use app::protocol::{
    About, AboutChange, AboutFields, ClientFrame, CloseCode, ErrorCode, Name, PROTOCOL_VERSION, Position,
    ServerFrame, TopicName, WelcomeLimits,
};
use tracing::error;

use super::{
    Chat, Frame,
    reading::Begun,
    visitor::{Dialect, Visitor},
};
use crate::{
    clock::now,
    endpoint::{Close, Flow, Socket},
    event_log::{Action, Search},
    markup::reaction,
};
pub(crate) use answer::code_of;
pub(super) use answer::{answer, send, send_page, too_fast};
use answer::{not_understood, refuse, unavailable};
use submit::Request;

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
            ClientFrame::Publish { reference, topic, draft, body, reply_to } => {
                let action = self.body(body).map(|body| Action::Publish { body, reply_to });
                self.submit(socket, visitor, Request { reference, topic, draft }, action).await
            }
            ClientFrame::Edit { reference, topic, draft, message, revision, body } => {
                let action = self.body(body).map(|body| Action::Edit { message, revision, body });
                self.submit(socket, visitor, Request { reference, topic, draft }, action).await
            }
            ClientFrame::Delete { reference, topic, draft, message, revision } => {
                let action = Ok(Action::Delete { message, revision });
                self.submit(socket, visitor, Request { reference, topic, draft }, action).await
            }
            ClientFrame::React { reference, topic, draft, message, emoji, on } => {
                let emoji = match reaction(&emoji) {
                    Ok(emoji) => emoji,
                    Err(error) => {
                        refuse(socket, Some(reference), ErrorCode::BadRequest, error.to_string());
                        return Ok(());
                    }
                };
                let action = Ok(Action::React { message, emoji, on });
                self.submit(socket, visitor, Request { reference, topic, draft }, action).await
            }
            ClientFrame::CreateTopic { reference, topic, draft, about } => {
                let action = Ok(Action::Describe { about, new: true, part: AboutFields::Both });
                self.submit(socket, visitor, Request { reference, topic, draft }, action).await
            }
            ClientFrame::Describe { reference, topic, draft, change: AboutChange { about, part } } => {
                let action = Ok(Action::Describe { about, new: false, part });
                self.submit(socket, visitor, Request { reference, topic, draft }, action).await
            }
            ClientFrame::History { reference, topic, span, limit } => {
                self.past(socket, reference, topic, span, limit).await
            }
            ClientFrame::Topics { reference, query, skip, limit } => {
                self.directory(socket, reference, &query, skip, limit).await
            }
            ClientFrame::Search { reference, query, topic, after, offsets, limit } => {
                let search = Search::parse_at(&query, &offsets, topic, after.as_deref(), limit);
                self.on_search(socket, visitor.address, reference, search).await
            }
            ClientFrame::Members { reference, topic } => {
                self.on_members(socket, reference, topic);
                Ok(())
            }
            ClientFrame::Follow { reference, topic, follow } => {
                self.on_follow(socket, visitor, reference, &topic, follow).await
            }
            ClientFrame::Read { topic, seq } => {
                self.on_read(visitor, &topic, seq).await;
                Ok(())
            }
            ClientFrame::Typing { topic } => {
                if visitor.cursor(&topic).is_some() {
                    self.typing.writes(&topic, visitor.user, &visitor.name);
                }
                Ok(())
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
        if version != PROTOCOL_VERSION {
            return Err(Close::Us(CloseCode::Version));
        }
        if let Some(name) = name {
            self.take_name(visitor, name).await;
        }
        let topics = self.arrive(visitor).await?;
        visitor.dialect = Dialect::V1;
        let welcome = ServerFrame::Welcome {
            connection: visitor.connection,
            user: visitor.user,
            name: visitor.name.clone(),
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
            if let Err(error) = self.goes_by(session, &name).await {
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
        let begun = self.begin(socket, visitor, &topic, since, tail, echo).await;
        let Begun { mode, page, more, draft } = match begun {
            Ok(begun) => begun,
            Err(error) => {
                error!(%error, "log.read_failed");
                unavailable(socket, Some(reference), "the server cannot read the log just now; try again");
                return Ok(());
            }
        };
        let (epoch, head, events) = (page.epoch, page.head, Vec::new());
        let about = Some(About::clone(&page.about));
        let page = self.pages.share(page.events);
        self.acknowledge(socket, visitor, page.page_events()).await;
        let told = topic.clone();
        let subscribed =
            ServerFrame::Subscribed { reference, topic: told, epoch, head, draft, mode, events, more, about };
        send_page(socket, &subscribed, &page);
        if let Some(cursor) = visitor.cursor(&topic) {
            cursor.begin();
        }
        self.tell_count(socket, &topic);
        Ok(())
    }
}
