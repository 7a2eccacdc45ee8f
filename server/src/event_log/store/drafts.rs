//! Finds drafts that are stored already, so that a retry gets its first receipt.

use std::collections::HashMap;

use app::protocol::{DraftId, UserId};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::ExprTrait};
use uuid::Uuid;

use crate::database::BoundedTransaction;
use crate::event_log::{AppendError, NewEvent, Receipt, entity::event};

pub(super) type DraftKey = (UserId, DraftId);

/// The event that was stored for a draft.
pub(super) struct StoredDraft {
    pub(super) seq: u64,
    pub(super) fingerprint: Vec<u8>,
}

impl StoredDraft {
    /// Returns the first receipt to a retry, or a conflict if its content differs. A fingerprint that was removed together
    /// with its text matches anything.
    pub(super) fn retry(&self, fingerprint: &[u8]) -> Result<Receipt, AppendError> {
        if self.fingerprint.is_empty() || self.fingerprint == fingerprint {
            Ok(Receipt { seq: self.seq, duplicate: true })
        } else {
            Err(AppendError::Conflict)
        }
    }
}

pub(super) fn draft_key(event: &NewEvent) -> DraftKey {
    (event.author.user, event.draft)
}

/// Returns the drafts of these events that are stored already.
pub(super) async fn stored_drafts(
    transaction: &BoundedTransaction,
    events: &[NewEvent],
) -> Result<HashMap<DraftKey, StoredDraft>, DbErr> {
    let same = |event: &NewEvent| {
        event::Column::Author.eq(event.author.user.0).and(event::Column::Draft.eq(event.draft.0))
    };
    let any = events.iter().map(same).fold(Condition::any(), Condition::add);
    let rows: Vec<(Uuid, Uuid, i64, Vec<u8>)> = event::Entity::find()
        .select_only()
        .columns([
            event::Column::Author,
            event::Column::Draft,
            event::Column::Seq,
            event::Column::Fingerprint,
        ])
        .filter(any)
        .into_tuple()
        .all(transaction)
        .await?;
    let stored = |(author, draft, seq, fingerprint): (Uuid, Uuid, i64, Vec<u8>)| {
        ((UserId(author), DraftId(draft)), StoredDraft { seq: seq as u64, fingerprint })
    };
    Ok(rows.into_iter().map(stored).collect())
}
