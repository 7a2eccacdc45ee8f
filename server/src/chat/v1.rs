//! The verbs of `chorus.v1`.

use app::protocol::{
    Body, ClientFrame, CloseCode, DraftId, ErrorCode, LimitsFrame, Name, Position, ServerFrame, TextError,
    TopicName, VERSION,
};
use serde::Deserialize;
use tracing::error;

use super::{
    Chat, Frame,
    delivery::{Change, encode},
    subscribe::Begun,
    visitor::{Answered, Dialect, Pending, Visitor},
};
use crate::{
    clock::now,
    endpoint::{Close, Flow, Socket},
    log::{AppendError, NewMessage},
};

/// When to try again after the store was not available, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// The types that a client may send; told apart from a known type with a wrong field.
const TYPES: [&str; 6] = ["hello", "rename", "subscribe", "unsubscribe", "publish", "pong"];

/// What can be read of any frame.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "ref")]
    reference: Option<u64>,
}

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

/// The log has answered.
pub(super) fn answer(socket: &mut Socket<Frame>, answered: Answered) {
    let Answered { reference, draft, topic, outcome } = answered;
    let (reference, receipt) = match (reference, outcome) {
        (Some(reference), Ok(receipt)) => (reference, receipt),
        (reference, Ok(_)) => {
            debug_assert!(reference.is_some(), "a chorus.v1 request has a number");
            return;
        }
        (reference, Err(AppendError::Unavailable)) => {
            return unavailable(socket, reference, AppendError::Unavailable.to_string());
        }
        (reference, Err(error @ AppendError::Conflict)) => {
            return refuse(socket, reference, ErrorCode::Conflict, error.to_string());
        }
        (reference, Err(error @ AppendError::TooManyTopics)) => {
            return refuse(socket, reference, ErrorCode::TooManyTopics, error.to_string());
        }
    };
    send(
        socket,
        &ServerFrame::Ack { reference, draft, topic, seq: receipt.seq, duplicate: receipt.duplicate },
    );
}

/// A frame came too soon.
pub(super) fn too_fast(socket: &mut Socket<Frame>, text: &str, retry_ms: u64) {
    let reference = serde_json::from_str::<Envelope>(text).ok().and_then(|envelope| envelope.reference);
    let message = "too many frames; slow down".to_owned();
    send(socket, &ServerFrame::Error { reference, code: ErrorCode::Rate, message, retry_ms: Some(retry_ms) });
}

/// What is no JSON object with a type ends the connection; the rest is refused and told why.
fn not_understood(
    socket: &mut Socket<Frame>,
    visitor: &Visitor,
    text: &str,
    error: &serde_json::Error,
) -> Flow {
    let Ok(Envelope { kind, reference }) = serde_json::from_str(text) else {
        return Err(Close::Us(CloseCode::BadFrame));
    };
    if matches!(visitor.dialect, Dialect::Greeting(_)) && kind != "hello" {
        return Err(Close::Us(CloseCode::NoHello));
    }
    if TYPES.contains(&kind.as_str()) {
        refuse(socket, reference, ErrorCode::BadRequest, format!("{kind}: {}", without_place(error)));
    } else {
        refuse(socket, reference, ErrorCode::UnknownType, "this server does not know frames of this type");
    }
    Ok(())
}

/// What serde says, without the line and column that mean nothing in one line of JSON.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}

fn code_of(error: TextError) -> ErrorCode {
    match error {
        TextError::Blank => ErrorCode::Blank,
        TextError::TooLong { .. } => ErrorCode::TooLarge,
        TextError::Character(_) => ErrorCode::BadText,
    }
}

fn refuse(socket: &mut Socket<Frame>, reference: Option<u64>, code: ErrorCode, message: impl Into<String>) {
    send(socket, &ServerFrame::Error { reference, code, message: message.into(), retry_ms: None });
}

fn unavailable(socket: &mut Socket<Frame>, reference: Option<u64>, message: impl Into<String>) {
    let (code, retry_ms) = (ErrorCode::Unavailable, Some(RETRY_MS));
    send(socket, &ServerFrame::Error { reference, code, message: message.into(), retry_ms });
}

pub(super) fn send(socket: &mut Socket<Frame>, frame: &ServerFrame) {
    socket.send_text(encode(frame));
}
