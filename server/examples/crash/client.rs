//! One client through all its connections.

use std::{net::SocketAddr, sync::Arc};

use app::protocol::{ClientFrame, ErrorCode, Event, PROTOCOL_VERSION, ServerFrame, TopicName};
use tokio::{sync::watch, time::sleep};

use crate::{
    Violation,
    author::{self, Next, is_by},
    book::{Book, Fate},
    line::Line,
    random::Random,
    tally::Tally,
    view::View,
};

/// Drafts that an author has open.
const UNDER_WAY: usize = 8;
/// The number of a request that says something else under a used draft: this and the draft's place.
const OTHER: u64 = 1 << 32;
/// The number of a subscription.
const SUBSCRIBE: u64 = 1 << 40;

/// What the run is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Authors write.
    Load,
    /// They finish what they began.
    Settle,
    /// The log is as long as it will be: hear it to its end.
    Until(u64),
}

pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) cookie: String,
    pub(crate) topic: TopicName,
    pub(crate) writes: bool,
    pub(crate) random: Random,
    pub(crate) phase: watch::Receiver<Phase>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) view: View,
    pub(crate) book: Book,
    /// Drafts under which something else was said, and how that was answered: taken for a retry or refused.
    pub(crate) others: Vec<(usize, bool)>,
    pub(crate) connection: u64,
    /// It was counted among those that have finished.
    pub(crate) settled: bool,
    /// The store may be out of reach.
    pub(crate) freezes: bool,
    /// It was told to try again.
    pub(crate) leaves: bool,
}

impl Client {
    /// Counts itself, once, among those who have nothing left to say.
    fn settle(&mut self) {
        if !self.settled && *self.phase.borrow() != Phase::Load && self.book.open().is_empty() {
            self.settled = true;
            self.tally.settled.one();
        }
    }

    /// Comes back again and again, until all is said and heard.
    pub(crate) async fn run(mut self) -> Result<Self, Violation> {
        while !self.is_done() {
            if let Some(line) = Line::open(self.address, &self.cookie).await {
                self.connection += 1;
                self.tally.connections.one();
                self.talk(line).await?;
            }
            sleep(self.random.millis(1..=40)).await;
        }
        Ok(self)
    }

    fn is_done(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Until(head) if self.view.have >= head)
            && self.book.open().is_empty()
    }

    /// One connection, until its end.
    async fn talk(&mut self, mut line: Line) -> Result<(), Violation> {
        if self.begin(&mut line).await.is_none() {
            return Ok(());
        }
        let mut phase = self.phase.clone();
        while !self.is_done() {
            self.settle();
            let writes = self.writes && *phase.borrow() == Phase::Load;
            tokio::select! {
                heard = line.hear(self.freezes) => match heard? {
                    Some(frame) => self.hear(frame)?,
                    None => return Ok(()),
                },
                () = sleep(self.random.millis(0..=6)), if writes => {
                    if self.write(&mut line).await.is_none() {
                        return Ok(());
                    }
                }
                _ = phase.changed() => {}
            }
            if std::mem::take(&mut self.leaves) || !self.writes && self.dawdles().await {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Says hello, goes on where it was, and sends again what was not answered.
    async fn begin(&mut self, line: &mut Line) -> Option<()> {
        self.book.connected();
        if !self.writes && self.random.one_in(10) {
            self.tally.forgotten.one();
            self.view = View::default();
        }
        line.send(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: None }).await?;
        let open = self.book.open();
        let (before, after) = open.split_at(self.random.below(open.len() as u64 + 1) as usize);
        self.send_all(line, before).await?;
        let (since, tail) = (self.view.position(), self.random.below(60) as u32);
        let topic = self.topic.clone();
        line.send(&ClientFrame::Subscribe { reference: SUBSCRIBE, topic, since, tail, echo: true }).await?;
        self.send_all(line, after).await
    }

    async fn send_all(&mut self, line: &mut Line, places: &[usize]) -> Option<()> {
        for &place in places {
            self.send(line, place).await?;
        }
        Some(())
    }

    async fn send(&mut self, line: &mut Line, place: usize) -> Option<()> {
        self.book.sent(place, self.connection);
        let entry = &self.book.entries[place];
        line.send(&entry.wish.frame(place as u64, self.topic.clone(), entry.draft)).await
    }

    /// A reader that stops reading for a while, or leaves for no reason.
    async fn dawdles(&mut self) -> bool {
        if self.random.one_in(300) {
            sleep(self.random.millis(5..=150)).await;
        }
        self.random.one_in(2_000)
    }

    async fn write(&mut self, line: &mut Line) -> Option<()> {
        if self.book.open().len() >= UNDER_WAY {
            return Some(());
        }
        match author::next(&mut self.random, &self.view, &self.book) {
            None => Some(()),
            Some(Next::New(wish)) => {
                let place = self.book.keep(self.random.draft(), wish);
                self.send(line, place).await
            }
            Some(Next::Again(place)) => self.send(line, place).await,
            Some(Next::Other(place, wish)) => {
                let draft = self.book.entries[place].draft;
                line.send(&wish.frame(OTHER + place as u64, self.topic.clone(), draft)).await
            }
        }
    }

    fn hear(&mut self, frame: ServerFrame) -> Result<(), Violation> {
        match frame {
            ServerFrame::Welcome { user, .. } => match self.book.user.replace(user) {
                Some(before) if before != user => {
                    Err(format!("{before} is called {user} now: a session is lost"))
                }
                _ => Ok(()),
            },
            ServerFrame::Subscribed { mode, epoch, head, draft, events, more, .. } => {
                if self.view.position().is_some() {
                    self.tally.resumed.one();
                }
                events.iter().try_for_each(|event| self.own(event))?;
                self.view.subscribed(mode, epoch, (head, draft), events, more)
            }
            ServerFrame::Event(event) => {
                self.own(&event)?;
                self.view.apply(event)
            }
            ServerFrame::Ack { reference, draft, seq, duplicate, .. } => {
                self.acked(reference, draft, seq, duplicate)
            }
            ServerFrame::Error { reference: Some(reference), code, message, .. } => {
                self.refused(reference, code, &message)
            }
            ServerFrame::Drain { .. } => {
                self.tally.drains.one();
                Ok(())
            }
            // Who writes follows, and is told what they follow.
            ServerFrame::Presence { .. }
            | ServerFrame::Membership { reference: None, .. }
            | ServerFrame::Heads { .. }
            | ServerFrame::Ping { .. } => Ok(()),
            other => Err(format!("nobody asked for {other:?}")),
        }
    }

    fn own(&mut self, event: &Event) -> Result<(), Violation> {
        self.tally.heard.one();
        match event.kind.draft() {
            Some(draft) if is_by(event, self.book.user) => self.book.heard(draft, event.seq, self.connection),
            _ => Ok(()),
        }
    }

    fn acked(
        &mut self,
        reference: u64,
        draft: app::protocol::DraftId,
        seq: u64,
        duplicate: bool,
    ) -> Result<(), Violation> {
        if duplicate { &self.tally.duplicates } else { &self.tally.acked }.one();
        let Some(place) = reference.checked_sub(OTHER) else {
            return self.book.acked(reference as usize, draft, seq, duplicate);
        };
        self.others.push((place as usize, true));
        self.book.acked(place as usize, draft, seq, duplicate)
    }

    fn refused(&mut self, reference: u64, code: ErrorCode, message: &str) -> Result<(), Violation> {
        if code == ErrorCode::Unavailable && self.freezes {
            // It goes, and says the same again when it comes back.
            self.tally.unavailable.one();
            self.leaves = true;
            return Ok(());
        }
        if code == ErrorCode::Unavailable {
            return Err(format!("the store is well, and the server says it is not: {message}"));
        }
        self.tally.refused.one();
        match reference.checked_sub(OTHER) {
            Some(place) if code == ErrorCode::Conflict => {
                self.others.push((place as usize, false));
                Ok(())
            }
            Some(_) => Err(format!("other content under a used draft: {code:?} {message}")),
            None => match self.book.entries.get(reference as usize).map(|entry| entry.fate) {
                Some(Fate::Open)
                    if matches!(code, ErrorCode::Stale | ErrorCode::NotFound | ErrorCode::Forbidden) =>
                {
                    self.book.refused(reference as usize, code)
                }
                fate => Err(format!("{code:?} {message} for request {reference}: {fate:?}")),
            },
        }
    }
}
