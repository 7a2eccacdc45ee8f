//! Finds drafts that are stored already, so that a retry gets its first receipt.

use std::collections::HashMap;

use app::protocol::{DraftId, TopicName, UserId};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::ExprTrait};
use uuid::Uuid;

use super::{Store, topics::topic_id};
use crate::database::BoundedTransaction;
use crate::event_log::{AppendError, NewEvent, Receipt, entity::event, expected_events::ExpectedEvent};

pub(super) type DraftKey = (UserId, DraftId);

/// The event that was stored for a draft.
pub(super) struct StoredDraft {
    pub(super) topic_id: i64,
    pub(super) seq: u64,
    pub(super) fingerprint: Vec<u8>,
}

impl ExpectedEvent {
    /// Whether this event is among stored ones.
    pub(super) fn is_in(&self, stored: &HashMap<DraftKey, StoredDraft>) -> bool {
        stored.get(&self.draft_key()).is_some_and(|stored| stored.seq == self.seq)
    }
}

impl StoredDraft {
    /// Returns the first receipt to a retry in a topic, or a conflict if its topic or content differs. A fingerprint that was
    /// removed together with its text matches any content; the receipt's `seq` would name another event in another topic.
    pub(super) fn retry(&self, topic_id: Option<i64>, fingerprint: &[u8]) -> Result<Receipt, AppendError> {
        let is_same_content = self.fingerprint.is_empty() || self.fingerprint == fingerprint;
        if topic_id == Some(self.topic_id) && is_same_content {
            Ok(Receipt { seq: self.seq, duplicate: true })
        } else {
            Err(AppendError::Conflict)
        }
    }
}

impl Store {
    /// Returns the receipt of an event that is stored already; `None` if there is no such event with this content.
    pub(in crate::event_log) async fn stored_receipt(
        &self,
        topic: &TopicName,
        (author, draft): DraftKey,
        fingerprint: &[u8],
    ) -> Result<Option<Receipt>, DbErr> {
        let stored: Option<(i64, i64, Vec<u8>)> = event::Entity::find()
            .select_only()
            .columns([event::Column::TopicId, event::Column::Seq, event::Column::Fingerprint])
            .filter(event::Column::Author.eq(author.0))
            .filter(event::Column::Draft.eq(draft.0))
            .into_tuple()
            .one(self.database.read())
            .await?;
        let Some((stored_in, seq, content)) = stored else { return Ok(None) };
        let stored = StoredDraft { topic_id: stored_in, seq: seq as u64, fingerprint: content };
        let retried_in = topic_id(self.database.read(), topic).await?;
        Ok(stored.retry(retried_in, fingerprint).ok())
    }
}

pub(super) fn draft_key(event: &NewEvent) -> DraftKey {
    (event.author.user, event.draft)
}

/// Returns the drafts of these events, and of these expected events, that are stored already.
pub(super) async fn stored_drafts(
    transaction: &BoundedTransaction,
    events: &[NewEvent],
    expected_events: impl Iterator<Item = &ExpectedEvent>,
) -> Result<HashMap<DraftKey, StoredDraft>, DbErr> {
    let keys = events.iter().map(draft_key).chain(expected_events.map(ExpectedEvent::draft_key));
    let same =
        |(author, draft): DraftKey| event::Column::Author.eq(author.0).and(event::Column::Draft.eq(draft.0));
    let any = keys.map(same).fold(Condition::any(), Condition::add);
    let rows: Vec<(Uuid, Uuid, i64, i64, Vec<u8>)> = event::Entity::find()
        .select_only()
        .columns([
            event::Column::Author,
            event::Column::Draft,
            event::Column::TopicId,
            event::Column::Seq,
            event::Column::Fingerprint,
        ])
        .filter(any)
        .into_tuple()
        .all(transaction)
        .await?;
    let stored = |(author, draft, topic_id, seq, fingerprint)| {
        ((UserId(author), DraftId(draft)), StoredDraft { topic_id, seq: seq as u64, fingerprint })
    };
    Ok(rows.into_iter().map(stored).collect())
}
