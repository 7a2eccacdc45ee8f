//! The log as a newcomer reads it: all its events, its newest messages, and its past page by page.

use app::protocol::{
    ClientFrame, Epoch, Event, HistoryRange, PROTOCOL_VERSION, Position, ServerFrame, SubscriptionMode,
    TopicName,
};

use tokio::time::timeout;

use crate::{
    Violation,
    line::{Line, PATIENCE, session},
    program::Program,
};

/// A newcomer.
pub(crate) struct Newcomer {
    line: Line,
    topic: TopicName,
}

/// What `subscribed` said.
pub(crate) struct Begun {
    pub(crate) epoch: Epoch,
    pub(crate) head: u64,
    pub(crate) mode: SubscriptionMode,
    pub(crate) events: Vec<Event>,
    pub(crate) more: bool,
}

/// One page of the past.
pub(crate) struct Past {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) events: Vec<Event>,
}

/// The newest event's `seq`.
pub(crate) async fn head(program: &Program, topic: &TopicName) -> Result<u64, Violation> {
    Ok(Newcomer::enter(program, topic).await?.subscribe(None, 0).await?.head)
}

impl Newcomer {
    pub(crate) async fn enter(program: &Program, topic: &TopicName) -> Result<Self, Violation> {
        let cookie = session(program.address).await.ok_or("no session for a newcomer")?;
        let mut line = Line::open(program.address, &cookie).await.ok_or("no connection for a newcomer")?;
        line.send(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: None }).await.ok_or("cut")?;
        Ok(Self { line, topic: topic.clone() })
    }

    pub(crate) async fn subscribe(&mut self, since: Option<Position>, tail: u32) -> Result<Begun, Violation> {
        let topic = self.topic.clone();
        let frame = ClientFrame::Subscribe { reference: 1, topic, since, tail, echo: true };
        self.line.send(&frame).await.ok_or("cut")?;
        loop {
            match self.next().await? {
                ServerFrame::Subscribed { epoch, head, mode, events, more, .. } => {
                    return Ok(Begun { epoch, head, mode, events, more });
                }
                ServerFrame::Error { message, .. } => return Err(message),
                _ => {}
            }
        }
    }

    /// Every event of the log, from the first on.
    pub(crate) async fn all(&mut self) -> Result<Vec<Event>, Violation> {
        let epoch = self.subscribe(None, 0).await?.epoch;
        let Begun { head, mode, mut events, .. } =
            self.subscribe(Some(Position { epoch, seq: 0, draft: None }), 0).await?;
        if mode != SubscriptionMode::Resume {
            return Err(format!("since 0 is answered with {mode:?}"));
        }
        while (events.len() as u64) < head {
            if let ServerFrame::Event(event) = self.next().await? {
                events.push(event);
            }
        }
        Ok(events)
    }

    pub(crate) async fn past(&mut self, span: HistoryRange, limit: u32) -> Result<Past, Violation> {
        let topic = self.topic.clone();
        self.line.send(&ClientFrame::History { reference: 2, topic, span, limit }).await.ok_or("cut")?;
        loop {
            match self.next().await? {
                ServerFrame::History { from, to, events, .. } => return Ok(Past { from, to, events }),
                ServerFrame::Error { message, .. } => return Err(message),
                _ => {}
            }
        }
    }

    async fn next(&mut self) -> Result<ServerFrame, Violation> {
        let heard = timeout(PATIENCE, self.line.hear(false)).await;
        let heard = heard.map_err(|_| "a newcomer waits for what does not come: events are missing")?;
        heard?.ok_or_else(|| "the server cut a newcomer off".to_owned())
    }
}
