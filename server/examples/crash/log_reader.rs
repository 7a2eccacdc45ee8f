//! Reads the log as a new client does: all events, the newest messages, and the history page by page.

use app::protocol::{
    About, ClientFrame, Epoch, Event, HistoryRange, PROTOCOL_VERSION, Position, ServerFrame,
    SubscriptionMode, TopicName,
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
    pub(crate) about: Option<About>,
}

/// One page of `history`.
pub(crate) struct HistoryPage {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) events: Vec<Event>,
}

/// Returns the newest event's `seq` of each topic.
pub(crate) async fn heads(program: &Program, topics: &[TopicName]) -> Result<Vec<u64>, Violation> {
    let mut heads = Vec::new();
    for topic in topics {
        heads.push(LogReader::connect(program, topic).await?.subscribe(None, 0).await?.head);
    }
    Ok(heads)
}

impl LogReader {
    pub(crate) async fn connect(program: &Program, topic: &TopicName) -> Result<Self, Violation> {
        let cookie = open_session(program.address).await.ok_or("no session for a reader")?;
        let mut connection = Connection::open(program.address, &cookie, RESPONSE_TIMEOUT)
            .await
            .ok_or("no connection for a reader")?;
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
                ServerFrame::Subscribed { epoch, head, mode, events, more, about, .. } => {
                    return Ok(Subscription { epoch, head, mode, events, more, about });
                }
                ServerFrame::Error { message, .. } => return Err(message),
                _ => {}
            }
        }
    }

    /// Reads every event of the log, from the first on.
    pub(crate) async fn all(&mut self) -> Result<Vec<Event>, Violation> {
        Ok(self.all_of_epoch().await?.1)
    }

    /// Like [`all`](Self::all), with the epoch.
    pub(crate) async fn all_of_epoch(&mut self) -> Result<(Epoch, Vec<Event>), Violation> {
        let epoch = self.subscribe(None, 0).await?.epoch;
        let Subscription { head, mode, mut events, .. } =
            self.subscribe(Some(Position::new(epoch.clone(), 0, None)), 0).await?;
        if mode != SubscriptionMode::Resume {
            return Err(format!("since 0 is answered with {mode:?}"));
        }
        while (events.len() as u64) < head {
            events.push(self.next_event().await?);
        }
        Ok((epoch, events))
    }

    /// Waits for the next event after a subscription.
    pub(crate) async fn next_event(&mut self) -> Result<Event, Violation> {
        loop {
            if let ServerFrame::Event(event) = self.next().await? {
                return Ok(event);
            }
        }
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
        let received = timeout(RESPONSE_TIMEOUT, self.connection.receive(|_| false)).await;
        let received = received.map_err(|_| "the reader received no further frame: events are missing")?;
        received?.ok_or_else(|| "the server closed a reader's connection".to_owned())
    }
}
