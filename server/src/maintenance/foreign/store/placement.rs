//! Gives new events their places at the end of a topic.

use uuid::Uuid;

use super::stored::StoredDrafts;
use crate::{
    event_log::entity::{event, topic},
    maintenance::{
        foreign::{
            events::{EventGroup, PlannedEvent},
            report::{CHANGED_LATER, FUTURE_TIMES, LOST_REPLIES, MOVED_MESSAGES, Report},
        },
        ndjson::{EventLine, Kind},
    },
};

pub(super) struct Placement<'a> {
    pub(super) topic: topic::Model,
    pub(super) stored: StoredDrafts,
    pub(super) rows: Vec<(EventLine, event::Model)>,
    /// No event is later: the server takes the topic with the latest time for the one that was used last.
    pub(super) now: i64,
    pub(super) report: &'a mut Report,
}

impl Placement<'_> {
    /// Of a message that is stored, only new reactions are added: its text is in the search index already.
    pub(super) fn place(&mut self, group: EventGroup) {
        let Some(message) = group.first().map(|message| message.line.draft) else { return };
        if self.stored.is_elsewhere(message) {
            self.report.note(MOVED_MESSAGES);
            return;
        }
        let is_new = self.stored.seq(message).is_none();
        for event in group {
            if self.stored.seq(event.line.draft).is_some() {
                self.report.known += 1;
            } else if is_new || event.line.kind == Kind::Reaction {
                self.append(event);
            } else {
                self.report.note(CHANGED_LATER);
            }
        }
    }

    fn append(&mut self, PlannedEvent { mut line, target, reply_to }: PlannedEvent) {
        let seq_of = |draft: Option<Uuid>| self.stored.seq(draft?);
        line.message = seq_of(target);
        line.reply_to = seq_of(reply_to);
        if reply_to.is_some() && line.reply_to.is_none() {
            self.report.note(LOST_REPLIES);
        }
        self.report.note_many(FUTURE_TIMES, usize::from(line.at > self.now));
        line.at = line.at.min(self.now);
        self.topic.head += 1;
        self.topic.messages += i64::from(line.kind.is_message());
        self.topic.active_at = self.topic.active_at.max(line.at);
        line.seq = self.topic.head;
        self.stored.insert(line.draft, line.seq);
        self.report.stored += 1;
        let row = line.row(self.topic.id, self.topic.messages);
        self.rows.push((line, row));
    }
}
