use app::protocol::{ClientFrame, DraftId, Emoji, Epoch, ErrorCode, Event, HistoryRange, ServerFrame};
use tokio_tungstenite::tungstenite::Message;

use super::{Member, encode};

/// What somebody wants to do with a message; numbers are a `seq` and a revision.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    Edit(u64, u64, &'a str),
    Delete(u64, u64),
    React(u64, &'a str),
    Unreact(u64, &'a str),
}

/// A part of a topic's past.
#[derive(Debug, PartialEq, Eq)]
pub struct HistoryPage {
    pub epoch: Epoch,
    pub head: u64,
    pub from: u64,
    pub to: u64,
    pub events: Vec<Event>,
}

impl Member {
    /// Gives an own message another text: the ack comes, and the event is for the test to take. Where it stands.
    pub async fn edits(&mut self, message: u64, revision: u64, body: &str) -> u64 {
        self.changes(Change::Edit(message, revision, body)).await
    }

    /// Reacts to a message.
    pub async fn reacts(&mut self, message: u64, emoji: &str) -> u64 {
        self.changes(Change::React(message, emoji)).await
    }

    /// Changes something for the first time, and hears the ack.
    pub async fn changes(&mut self, change: Change<'_>) -> u64 {
        let (seq, duplicate) = self.changes_with_draft(DraftId::fresh(), change).await;
        assert!(!duplicate);
        seq
    }

    /// Asks for a change. The next frame is its ack: the place and whether an earlier try had it.
    pub async fn changes_with_draft(&mut self, draft: DraftId, change: Change<'_>) -> (u64, bool) {
        let reference = self.sends_change(draft, change).await;
        self.is_acked(reference, draft).await
    }

    /// Asks for a change, and is refused with this code.
    pub async fn is_denied(&mut self, change: Change<'_>, code: ErrorCode) {
        self.is_denied_with_draft(DraftId::fresh(), change, code).await;
    }

    /// Asks for a change under a draft, and is refused with this code.
    pub async fn is_denied_with_draft(&mut self, draft: DraftId, change: Change<'_>, code: ErrorCode) {
        let reference = self.sends_change(draft, change).await;
        self.receives_error(Some(reference), code).await;
    }

    /// Changes many things, thirty at a time, and hears all of them before the next thirty.
    pub async fn changes_many(&mut self, changes: &[Change<'_>]) {
        for some in changes.chunks(30) {
            let frames = some.iter().map(|change| self.change_frame(0, DraftId::fresh(), *change));
            let frames: Vec<_> = frames.map(|frame| Message::text(encode(&frame))).collect();
            self.socket.sends_all(frames).await;
            let (mut acks, mut events) = (0, 0);
            while (acks, events) != (some.len(), some.len()) {
                match self.next().await {
                    ServerFrame::Ack { .. } => acks += 1,
                    ServerFrame::Event(_) => events += 1,
                    other => panic!("{other:?} is neither ack nor event"),
                }
            }
        }
    }

    /// Asks for a part of a topic's past, and gets it.
    pub async fn reads_history(&mut self, topic: &str, span: HistoryRange, limit: u32) -> HistoryPage {
        let (reference, topic) = (self.next_reference(), topic.parse().unwrap());
        self.sends(&ClientFrame::History { reference, topic, span, limit }).await;
        match self.next().await {
            ServerFrame::History { reference: answered, epoch, head, from, to, events, .. } => {
                assert_eq!(answered, reference);
                HistoryPage { epoch, head, from, to, events }
            }
            other => panic!("{other:?} is no past"),
        }
    }

    async fn sends_change(&mut self, draft: DraftId, change: Change<'_>) -> u64 {
        let reference = self.next_reference();
        let frame = self.change_frame(reference, draft, change);
        self.sends(&frame).await;
        reference
    }

    fn change_frame(&self, reference: u64, draft: DraftId, change: Change<'_>) -> ClientFrame {
        let topic = self.topic.clone();
        let emoji = |emoji: &str| Emoji::try_from(emoji.to_owned()).unwrap();
        match change {
            Change::Edit(message, revision, body) => {
                ClientFrame::Edit { reference, topic, draft, message, revision, body: body.to_owned() }
            }
            Change::Delete(message, revision) => {
                ClientFrame::Delete { reference, topic, draft, message, revision }
            }
            Change::React(message, with) => {
                ClientFrame::React { reference, topic, draft, message, emoji: emoji(with), on: true }
            }
            Change::Unreact(message, with) => {
                ClientFrame::React { reference, topic, draft, message, emoji: emoji(with), on: false }
            }
        }
    }
}
