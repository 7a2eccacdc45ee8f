//! The chat as an [`Endpoint`]: which dialect, which handler.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use app::protocol::{Body, CloseCode, ConnectionId, DraftId, Name, SUBPROTOCOL, ServerFrame, TopicName};
use axum::http::StatusCode;
use tokio::time::Instant;

use super::{
    Chat, Frame,
    delivery::{What, encode},
    hearing::{at_once, deliver, deliver_events, failed, tell_presence},
    people::Letters,
    plain, v1,
    visitor::{Answered, Dialect, Pending, Visitor},
};
use crate::{
    endpoint::{AtOnce, Close, Endpoint, Flow, KeepAlive, Message, Opening, Refusal, Socket},
    event_log::{NewEvent, NewMessage},
    hub::Hub,
    session::new_user,
};

/// How many of the newest messages a plain client begins with.
const NEWEST: u32 = 30;

/// What a connection of the chat waits for.
pub enum Work {
    /// The log answered a publish.
    Answered(Answer),
    /// A topic's log holds more than was sent.
    CatchUp(TopicName),
    /// Something that a person follows has changed.
    Mail,
    /// No `hello` came in time.
    NoHello,
}

/// An answer of the log.
pub struct Answer(Answered);

impl Endpoint for Chat {
    type State = Visitor;
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
            answer_within: seconds(self.settings.pong_seconds),
        }
    }

    async fn on_open(&self, opening: &Opening) -> Result<Visitor, Refusal> {
        if !self.access.admits(opening.session.as_ref(), opening.bearer.as_deref()) {
            let message =
                "This chat has an access secret: enter it on the page, or send it as a bearer token.";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, message));
        }
        let topic = self.topic_or_default(opening.topic.as_deref());
        let topic =
            topic.map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, format!("topic: {error}")))?;
        let session = opening.session.clone();
        let greeting =
            Dialect::Greeting(Instant::now() + Duration::from_secs(self.settings.limits.hello_seconds));
        Ok(Visitor {
            connection: ConnectionId::fresh(),
            dialect: if opening.protocol.is_some() { greeting } else { Dialect::Plain },
            user: session.as_ref().map_or_else(new_user, |session| session.user),
            name: session.as_ref().map_or_else(Name::anonymous, |session| session.name.clone()),
            session: session.map(Box::new),
            address: opening.address,
            topic,
            places: Vec::new(),
            answers: std::collections::VecDeque::new(),
            letters: None,
            wrote: Vec::new(),
            strikes: 0,
        })
    }

    async fn on_start(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor) -> Flow {
        if visitor.dialect != Dialect::Plain {
            return Ok(());
        }
        let topic = visitor.topic.clone();
        let begun = self.begin(socket, visitor, &topic, None, NEWEST, true).await;
        let begun = begun.map_err(|error| failed(&error))?;
        socket.send_frames(self.pages.share(begun.page.events).frames(Dialect::Plain));
        socket.send_text(plain::JOINED);
        Ok(())
    }

    async fn on_text(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, text: String) -> Flow {
        visitor.strikes = 0;
        if visitor.dialect != Dialect::Plain {
            return self.on_v1(socket, visitor, &text).await;
        }
        self.on_plain(socket, visitor, &text).await;
        Ok(())
    }

    async fn on_binary(&self, _: &mut Socket<Frame>, visitor: &mut Visitor, _: bytes::Bytes) -> Flow {
        match visitor.dialect {
            Dialect::Plain => Ok(()),
            Dialect::Greeting(_) | Dialect::V1 => Err(Close::Us(CloseCode::BadFrame)),
        }
    }

    async fn on_frame(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        topic: &TopicName,
        frame: Frame,
    ) -> Flow {
        match &frame.what {
            What::Events(events) => {
                // The log answered before the hub heard of the event, so every ack that is due stands ready.
                while let Some(answered) = visitor.ready_answer() {
                    self.tell(socket, visitor, answered);
                }
                let dialect = visitor.dialect;
                let Some(cursor) = visitor.cursor(topic) else { return Ok(()) };
                deliver_events(socket, dialect, cursor, &frame, events);
            }
            What::Presence(change) => {
                // Ephemeral frames are the first to go: who is behind hears how many are here once it is not.
                match visitor.cursor(topic) {
                    Some(cursor) if cursor.behind => cursor.dropped = true,
                    Some(_) => tell_presence(socket, visitor, &frame, change),
                    None => {}
                }
            }
            What::Typing { people, .. } => {
                // Nobody is told of their own writing alone, and who is behind has other things to hear.
                let others = people.iter().any(|person| person.user != visitor.user);
                if others && visitor.cursor(topic).is_some_and(|cursor| !cursor.behind) {
                    deliver(socket, visitor.dialect, &frame);
                }
            }
            What::Doubt => return self.on_missed(socket, visitor, topic).await,
        }
        Ok(())
    }

    fn at_once(&self, visitor: &mut Visitor, topic: &TopicName, frame: &Frame) -> AtOnce {
        at_once(visitor, topic, frame).unwrap_or(AtOnce::Ask)
    }

    async fn on_missed(&self, _: &mut Socket<Frame>, visitor: &mut Visitor, topic: &TopicName) -> Flow {
        if let Some(cursor) = visitor.cursor(topic) {
            cursor.behind = true;
        }
        Ok(())
    }

    fn reads(&self, visitor: &Visitor) -> bool {
        visitor.answers.len() < self.settings.limits.in_flight
    }

    fn poll_work(&self, visitor: &mut Visitor, cx: &mut Context<'_>) -> Poll<Work> {
        if let Some((cursor, _)) = visitor.places.iter().find(|(cursor, _)| cursor.behind) {
            return Poll::Ready(Work::CatchUp(cursor.topic.clone()));
        }
        if let Poll::Ready(answered) = visitor.poll_answer(cx) {
            return Poll::Ready(Work::Answered(Answer(answered)));
        }
        if visitor.letters.as_ref().is_some_and(|letters| letters.poll_ready(cx).is_ready()) {
            return Poll::Ready(Work::Mail);
        }
        match visitor.dialect {
            Dialect::Greeting(deadline) if Instant::now() >= deadline => Poll::Ready(Work::NoHello),
            _ => Poll::Pending,
        }
    }

    fn look_at(&self, visitor: &Visitor) -> Option<Instant> {
        match visitor.dialect {
            Dialect::Greeting(deadline) => Some(deadline),
            Dialect::V1 | Dialect::Plain => visitor.letters.as_deref().and_then(Letters::ready_at),
        }
    }

    async fn on_work(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, work: Work) -> Flow {
        match work {
            Work::Answered(Answer(answered)) => {
                self.tell(socket, visitor, answered);
                while let Some(answered) = visitor.ready_answer() {
                    self.tell(socket, visitor, answered);
                }
            }
            Work::Mail => self.tell_mail(socket, visitor).await,
            Work::CatchUp(topic) => self.catch_up(socket, visitor, &topic).await?,
            Work::NoHello => return Err(Close::Us(CloseCode::NoHello)),
        }
        Ok(())
    }

    fn on_too_fast(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        message: Option<&Message>,
        retry_ms: u64,
    ) -> Flow {
        visitor.strikes += 1;
        if visitor.strikes >= self.settings.limits.rate_strikes {
            return Err(Close::Us(CloseCode::Rate));
        }
        match (visitor.dialect, message) {
            (Dialect::Plain, Some(Message::Text(_))) => {
                socket.send_text(plain::notice("Not sent: too many messages; slow down"))
            }
            (_, Some(Message::Text(text))) => v1::too_fast(socket, text, retry_ms),
            _ => {}
        }
        Ok(())
    }

    fn ping(&self, visitor: &Visitor, n: u64) -> Message {
        match visitor.dialect {
            Dialect::Plain => Message::Ping(n.to_be_bytes().to_vec().into()),
            Dialect::Greeting(_) | Dialect::V1 => Message::Text(encode(&ServerFrame::Ping { n })),
        }
    }

    fn on_drain(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, within_ms: u64) {
        if visitor.dialect == Dialect::V1 {
            v1::send(socket, &ServerFrame::Drain { within_ms });
        }
    }
}

impl Chat {
    /// A plain frame is a message; what is refused gets a line to its sender alone.
    async fn on_plain(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, text: &str) {
        let said = plain::parse(text);
        let body = match Body::parse(said.body.to_owned(), self.settings.limits.body_bytes) {
            Ok(body) => body.into_string(),
            Err(error) => return socket.send_text(plain::notice(&format!("Not sent: {error}"))),
        };
        // Ids that follow each other in time lie side by side in the index.
        let (draft, topic) = (DraftId::fresh(), visitor.topic.clone());
        let author = visitor.author(Some(said.name));
        let said = NewMessage { topic: topic.clone(), author, draft, body };
        let said = NewEvent::from(said).from_address(visitor.address);
        match self.log.submit(self.worded(said).await).await {
            Ok(answer) => {
                visitor.answers.push_back(Pending { reference: None, draft, topic, joins: true, answer })
            }
            Err(error) => socket.send_text(plain::notice(&format!("Not sent: {error}"))),
        }
    }

    /// Passes the log's answer on.
    pub(super) fn tell(&self, socket: &mut Socket<Frame>, visitor: &mut Visitor, answered: Answered) {
        if answered.joins
            && answered.outcome.is_ok()
            && visitor.session.is_some()
            && visitor.writes_anew(&answered.topic)
        {
            self.has_written(visitor.user, &visitor.name, &answered.topic);
        }
        match (visitor.dialect, &answered.outcome) {
            (Dialect::Plain, Ok(_)) => {}
            (Dialect::Plain, Err(error)) => socket.send_text(plain::notice(&format!("Not sent: {error}"))),
            _ => v1::answer(socket, answered),
        }
    }
}
