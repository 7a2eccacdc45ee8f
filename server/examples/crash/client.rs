//! One client across all its connections.

use std::{net::SocketAddr, sync::Arc};

use app::protocol::{
    Action, ActionFrame, ClientFrame, DraftId, ErrorCode, Event, PROTOCOL_VERSION, ServerFrame, TopicName,
};
use tokio::{sync::watch, time::sleep};

use crate::{
    Violation,
    client_view::ClientView,
    connection::Connection,
    counters::Counters,
    operation_log::{OperationLog, Outcome},
    random::Random,
    workload::{self, Step, is_by},
};

/// Drafts of one author that may wait for their answer at the same time.
const MAX_OPEN_DRAFTS: usize = 8;
/// The `ref` of a request with other content under a used draft is this plus the draft's index.
const CONFLICT_REFERENCE: u64 = 1 << 32;
/// The `ref` of subscriptions.
const SUBSCRIBE_REFERENCE: u64 = 1 << 40;

/// The phase of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Authors publish and change messages.
    Load,
    /// Authors wait until their open drafts are answered.
    Settle,
    /// The log is complete with this `seq`. Clients end once they have received all of it.
    Until(u64),
}

pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) cookie: String,
    pub(crate) topic: TopicName,
    pub(crate) writes: bool,
    pub(crate) random: Random,
    pub(crate) phase: watch::Receiver<Phase>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) view: ClientView,
    pub(crate) operations: OperationLog,
    /// Drafts under which other content was sent. `true`: the server took it for a retry; `false`: it refused it.
    pub(crate) conflicts: Vec<(usize, bool)>,
    pub(crate) connection: u64,
    /// It is counted in `counters.settled`.
    pub(crate) is_settled: bool,
    /// The database may be unreachable, so `unavailable` is a valid answer.
    pub(crate) freezes: bool,
    /// The server asked it to retry later.
    pub(crate) should_reconnect: bool,
}

impl Client {
    /// Counts this client once as settled, as soon as the load has ended and no draft is open.
    fn settle(&mut self) {
        if !self.is_settled && *self.phase.borrow() != Phase::Load && self.operations.open().is_empty() {
            self.is_settled = true;
            self.counters.settled.increment();
        }
    }

    /// Connects again and again, until all drafts are answered and all events received.
    pub(crate) async fn run(mut self) -> Result<Self, Violation> {
        while !self.is_done() {
            if let Some(connection) = Connection::open(self.address, &self.cookie).await {
                self.connection += 1;
                self.counters.connections.increment();
                self.run_connection(connection).await?;
            }
            sleep(self.random.millis(1..=40)).await;
        }
        Ok(self)
    }

    fn is_done(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Until(head) if self.view.applied >= head)
            && self.operations.open().is_empty()
    }

    /// Runs one connection until it ends.
    async fn run_connection(&mut self, mut connection: Connection) -> Result<(), Violation> {
        if self.start(&mut connection).await.is_none() {
            return Ok(());
        }
        let mut phase = self.phase.clone();
        while !self.is_done() {
            self.settle();
            let writes = self.writes && *phase.borrow() == Phase::Load;
            tokio::select! {
                received = connection.receive(self.freezes) => match received? {
                    Some(frame) => self.handle(frame)?,
                    None => return Ok(()),
                },
                () = sleep(self.random.millis(0..=6)), if writes => {
                    if self.write(&mut connection).await.is_none() {
                        return Ok(());
                    }
                }
                _ = phase.changed() => {}
            }
            if std::mem::take(&mut self.should_reconnect) || !self.writes && self.stalls_or_leaves().await {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Sends `hello`, resumes the subscription, and sends the open drafts again, some before and some after the subscription.
    /// Returns `None` if the connection was lost.
    async fn start(&mut self, connection: &mut Connection) -> Option<()> {
        self.operations.connected();
        if !self.writes && self.random.one_in(10) {
            self.counters.forgotten.increment();
            self.view = ClientView::default();
        }
        connection.send(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: None }).await?;
        let open = self.operations.open();
        let (before, after) = open.split_at(self.random.below(open.len() as u64 + 1) as usize);
        self.send_all(connection, before).await?;
        let since = self.view.position();
        let tail = self.random.below(60) as u32;
        let topic = self.topic.clone();
        connection
            .send(&ClientFrame::Subscribe { reference: SUBSCRIBE_REFERENCE, topic, since, tail, echo: true })
            .await?;
        self.send_all(connection, after).await
    }

    async fn send_all(&mut self, connection: &mut Connection, indices: &[usize]) -> Option<()> {
        for &index in indices {
            self.send(connection, index).await?;
        }
        Some(())
    }

    async fn send(&mut self, connection: &mut Connection, index: usize) -> Option<()> {
        self.operations.sent(index, self.connection);
        let entry = &self.operations.entries[index];
        connection.send(&self.frame(index as u64, entry.draft, entry.operation.clone())).await
    }

    fn frame(&self, reference: u64, draft: DraftId, action: Action) -> ClientFrame {
        ActionFrame { reference, topic: self.topic.clone(), draft, action }.into()
    }

    /// Makes a reader stop reading for a while, or leave (then it returns `true`).
    async fn stalls_or_leaves(&mut self) -> bool {
        if self.random.one_in(300) {
            sleep(self.random.millis(5..=150)).await;
        }
        self.random.one_in(2_000)
    }

    async fn write(&mut self, connection: &mut Connection) -> Option<()> {
        if self.operations.open().len() >= MAX_OPEN_DRAFTS {
            return Some(());
        }
        match workload::next_step(&mut self.random, &self.view, &self.operations) {
            None => Some(()),
            Some(Step::New(operation)) => {
                let index = self.operations.add(self.random.draft(), operation);
                self.send(connection, index).await
            }
            Some(Step::Retry(index)) => self.send(connection, index).await,
            Some(Step::Conflict(index, operation)) => {
                let draft = self.operations.entries[index].draft;
                connection.send(&self.frame(CONFLICT_REFERENCE + index as u64, draft, operation)).await
            }
        }
    }

    fn handle(&mut self, frame: ServerFrame) -> Result<(), Violation> {
        match frame {
            ServerFrame::Welcome { user, .. } => match self.operations.user.replace(user) {
                Some(before) if before != user => {
                    Err(format!("user {before} is {user} now: a session is lost"))
                }
                _ => Ok(()),
            },
            ServerFrame::Subscribed { mode, epoch, head, draft, events, more, .. } => {
                if self.view.position().is_some() {
                    self.counters.resumed.increment();
                }
                events.iter().try_for_each(|event| self.record_own(event))?;
                self.view.subscribed(mode, epoch, (head, draft), events, more)
            }
            ServerFrame::Event(event) => {
                self.record_own(&event)?;
                self.view.apply(event)
            }
            ServerFrame::Ack { reference, draft, seq, duplicate, .. } => {
                self.acked(reference, draft, seq, duplicate)
            }
            ServerFrame::Error { reference: Some(reference), code, message, .. } => {
                self.refused(reference, code, &message)
            }
            ServerFrame::Drain { .. } => {
                self.counters.drains.increment();
                Ok(())
            }
            // Authors follow the topic that they publish in, so the server sends them memberships and heads.
            ServerFrame::Presence { .. }
            | ServerFrame::Membership { reference: None, .. }
            | ServerFrame::Heads { .. }
            | ServerFrame::Ping { .. } => Ok(()),
            other => Err(format!("unexpected frame {other:?}")),
        }
    }

    fn record_own(&mut self, event: &Event) -> Result<(), Violation> {
        self.counters.received.increment();
        match event.kind.draft() {
            Some(draft) if is_by(event, self.operations.user) => {
                self.operations.received(draft, event.seq, self.connection)
            }
            _ => Ok(()),
        }
    }

    fn acked(&mut self, reference: u64, draft: DraftId, seq: u64, duplicate: bool) -> Result<(), Violation> {
        if duplicate { &self.counters.duplicates } else { &self.counters.acked }.increment();
        let Some(index) = reference.checked_sub(CONFLICT_REFERENCE) else {
            return self.operations.acked(reference as usize, draft, seq, duplicate);
        };
        self.conflicts.push((index as usize, true));
        self.operations.acked(index as usize, draft, seq, duplicate)
    }

    fn refused(&mut self, reference: u64, code: ErrorCode, message: &str) -> Result<(), Violation> {
        if code == ErrorCode::Unavailable && self.freezes {
            // It reconnects, and sends the draft again then.
            self.counters.unavailable.increment();
            self.should_reconnect = true;
            return Ok(());
        }
        if code == ErrorCode::Unavailable {
            return Err(format!("the database works, and the server says it is unavailable: {message}"));
        }
        self.counters.refused.increment();
        match reference.checked_sub(CONFLICT_REFERENCE) {
            Some(index) if code == ErrorCode::Conflict => {
                self.conflicts.push((index as usize, false));
                Ok(())
            }
            Some(_) => Err(format!("other content under a used draft: {code:?} {message}")),
            None => match self.operations.entries.get(reference as usize).map(|entry| entry.outcome) {
                Some(Outcome::Open)
                    if matches!(code, ErrorCode::Stale | ErrorCode::NotFound | ErrorCode::Forbidden) =>
                {
                    self.operations.refused(reference as usize, code)
                }
                outcome => Err(format!("{code:?} {message} for request {reference}: {outcome:?}")),
            },
        }
    }
}
