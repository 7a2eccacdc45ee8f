use app::protocol::{ClientFrame, DraftId, Emoji, Epoch, ErrorCode, Event, HistoryRange, ServerFrame};
use tokio_tungstenite::tungstenite::Message;

use super::{Member, encode};

/// A change of a message. The numbers are its `seq` and its revision.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    Edit(u64, u64, &'a str),
    Delete(u64, u64),
    React(u64, &'a str),
    Unreact(u64, &'a str),
}

/// The answer to a `history` request.
#[derive(Debug, PartialEq, Eq)]
pub struct HistoryPage {
    pub epoch: Epoch,
    pub head: u64,
    pub from: u64,
    pub to: u64,
    pub events: Vec<Event>,
}

impl Member {
    /// Edits a message, expects the ack and returns the event's `seq`. The event itself is left for the test to receive.
    pub async fn edits(&mut self, message: u64, revision: u64, body: &str) -> u64 {
        self.changes(Change::Edit(message, revision, body)).await
    }

    pub async fn reacts(&mut self, message: u64, emoji: &str) -> u64 {
        self.changes(Change::React(message, emoji)).await
    }

    /// Sends a change under a new draft, expects the ack and returns its `seq`.
    pub async fn changes(&mut self, change: Change<'_>) -> u64 {
        let (seq, duplicate) = self.changes_with_draft(DraftId::fresh(), change).await;
        assert!(!duplicate);
        seq
    }

    /// Sends a change. Expects the ack as the next frame and returns its `seq` and whether it is a duplicate.
    pub async fn changes_with_draft(&mut self, draft: DraftId, change: Change<'_>) -> (u64, bool) {
        let reference = self.sends_change(draft, change).await;
        self.is_acked(reference, draft).await
    }

    /// Sends a change and expects this error.
    pub async fn is_denied(&mut self, change: Change<'_>, code: ErrorCode) {
        self.is_denied_with_draft(DraftId::fresh(), change, code).await;
    }

    /// Sends a change under this draft and expects this error.
    pub async fn is_denied_with_draft(&mut self, draft: DraftId, change: Change<'_>, code: ErrorCode) {
        let reference = self.sends_change(draft, change).await;
        self.receives_error(Some(reference), code).await;
    }

    /// Sends many changes in batches of thirty, and receives the acks and events of each batch before the next.
    pub async fn changes_many(&mut self, changes: &[Change<'_>]) {
        for some in changes.chunks(30) {
            let frames = some.iter().map(|change| self.change_frame(0, DraftId::fresh(), *change));
            let frames: Vec<_> = frames.map(|frame| Message::text(encode(&frame))).collect();
            self.socket.sends_all(frames).await;
            let mut acks = 0;
            let mut events = 0;
            while (acks, events) != (some.len(), some.len()) {
                match self.next().await {
                    ServerFrame::Ack { .. } => acks += 1,
                    ServerFrame::Event(_) => events += 1,
                    other => panic!("{other:?} is neither ack nor event"),
                }
                assert!(events <= acks, "an event came before its ack");
            }
        }
    }

    /// Requests a page of a topic's history.
    pub async fn reads_history(&mut self, topic: &str, span: HistoryRange, limit: u32) -> HistoryPage {
        let reference = self.next_reference();
        let topic = topic.parse().unwrap();
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
