//! Reads the log as a new client does: all events, the newest messages, and the history page by page.

use app::protocol::{
    ClientFrame, Epoch, Event, HistoryRange, PROTOCOL_VERSION, Position, ServerFrame, SubscriptionMode,
    TopicName,
};

use tokio::time::timeout;

use crate::{
    Violation,
    connection::{Connection, RESPONSE_TIMEOUT, open_session},
    server_process::Program,
};

/// A new client of one topic.
pub(crate) struct LogReader {
    connection: Connection,
    topic: TopicName,
}

/// The `subscribed` frame.
pub(crate) struct Subscription {
    pub(crate) epoch: Epoch,
    pub(crate) head: u64,
    pub(crate) mode: SubscriptionMode,
    pub(crate) events: Vec<Event>,
    pub(crate) more: bool,
}

/// One page of `history`.
pub(crate) struct HistoryPage {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) events: Vec<Event>,
}

/// Returns the newest event's `seq`.
pub(crate) async fn head(program: &Program, topic: &TopicName) -> Result<u64, Violation> {
    Ok(LogReader::connect(program, topic).await?.subscribe(None, 0).await?.head)
}

impl LogReader {
    pub(crate) async fn connect(program: &Program, topic: &TopicName) -> Result<Self, Violation> {
        let cookie = open_session(program.address).await.ok_or("no session for a reader")?;
        let mut connection =
            Connection::open(program.address, &cookie).await.ok_or("no connection for a reader")?;
        connection.send(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: None }).await.ok_or("cut")?;
        Ok(Self { connection, topic: topic.clone() })
    }

    pub(crate) async fn subscribe(
        &mut self,
        since: Option<Position>,
        tail: u32,
    ) -> Result<Subscription, Violation> {
        let topic = self.topic.clone();
        let frame = ClientFrame::Subscribe { reference: 1, topic, since, tail, echo: true };
        self.connection.send(&frame).await.ok_or("cut")?;
        loop {
            match self.next().await? {
                ServerFrame::Subscribed { epoch, head, mode, events, more, .. } => {
                    return Ok(Subscription { epoch, head, mode, events, more });
                }
                ServerFrame::Error { message, .. } => return Err(message),
                _ => {}
            }
        }
    }

    /// Reads every event of the log, from the first on.
    pub(crate) async fn all(&mut self) -> Result<Vec<Event>, Violation> {
        let epoch = self.subscribe(None, 0).await?.epoch;
        let Subscription { head, mode, mut events, .. } =
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

    pub(crate) async fn history(&mut self, span: HistoryRange, limit: u32) -> Result<HistoryPage, Violation> {
        let topic = self.topic.clone();
        self.connection
            .send(&ClientFrame::History { reference: 2, topic, span, limit })
            .await
            .ok_or("cut")?;
        loop {
            match self.next().await? {
                ServerFrame::History { from, to, events, .. } => return Ok(HistoryPage { from, to, events }),
                ServerFrame::Error { message, .. } => return Err(message),
                _ => {}
            }
        }
    }

    async fn next(&mut self) -> Result<ServerFrame, Violation> {
        let received = timeout(RESPONSE_TIMEOUT, self.connection.receive(false)).await;
        let received = received.map_err(|_| "the reader received no further frame: events are missing")?;
        received?.ok_or_else(|| "the server closed a reader's connection".to_owned())
    }
}
