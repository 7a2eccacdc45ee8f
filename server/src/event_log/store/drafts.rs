//! Which drafts have a place already.

use std::collections::HashMap;

use app::protocol::{DraftId, UserId};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::ExprTrait};
use uuid::Uuid;

use crate::database::BoundedTransaction;
use crate::event_log::{AppendError, NewEvent, Receipt, entity::event};

pub(super) type DraftKey = (UserId, DraftId);

/// The place that a draft has.
pub(super) struct Placed {
    pub(super) seq: u64,
    pub(super) fingerprint: Vec<u8>,
}

impl Placed {
    /// What a later try gets: the first result, unless it says something else. Where the text was removed, its
    /// fingerprint was too.
    pub(super) fn again(&self, fingerprint: &[u8]) -> Result<Receipt, AppendError> {
        if self.fingerprint.is_empty() || self.fingerprint == fingerprint {
            Ok(Receipt { seq: self.seq, duplicate: true })
        } else {
            Err(AppendError::Conflict)
        }
    }
}

pub(super) fn key(event: &NewEvent) -> DraftKey {
    (event.author.user, event.draft)
}

/// The drafts among these that have a place already.
pub(super) async fn placed(
    transaction: &BoundedTransaction,
    events: &[NewEvent],
) -> Result<HashMap<DraftKey, Placed>, DbErr> {
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
    let placed = |(author, draft, seq, fingerprint): (Uuid, Uuid, i64, Vec<u8>)| {
        ((UserId(author), DraftId(draft)), Placed { seq: seq as u64, fingerprint })
    };
    Ok(rows.into_iter().map(placed).collect())
}
