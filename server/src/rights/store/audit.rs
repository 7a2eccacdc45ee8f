//! The audit log: each change of a standing, in the transaction of the change. The database refuses to change a row.

use app::protocol::{Timestamp, UserId};
use schemars::JsonSchema;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use super::{RightsStore, change::stored_time, entity::audit};
use crate::{clock::now, database::BoundedTransaction, rights::Standing};

/// The most characters of a reason.
pub(crate) const MAX_REASON_CHARS: usize = 500;

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// Somebody has changed a person's role, ban or mute.
    Standing,
    /// A code of whoever runs the server has made a person an owner.
    OwnerCode,
}

/// A change of a standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditEntry {
    /// A UUIDv7: a later entry has a higher one.
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) act: Act,
    /// `None` for a code.
    pub(crate) actor: Option<UserId>,
    pub(crate) user: UserId,
    pub(crate) standing: Standing,
    pub(crate) reason: String,
}

impl AuditEntry {
    /// An entry of now. Without an actor, a code has made an owner.
    pub(super) fn new(actor: Option<UserId>, user: UserId, standing: Standing, reason: String) -> Self {
        let act = if actor.is_some() { Act::Standing } else { Act::OwnerCode };
        // All our ids are made alike.
        let UserId(id) = UserId::fresh();
        Self { id, at: now(), act, actor, user, standing, reason }
    }

    pub(super) async fn insert(self, transaction: &BoundedTransaction) -> Result<(), DbErr> {
        let standing =
            serde_json::to_string(&self.standing).map_err(|error| DbErr::Json(error.to_string()))?;
        let row = audit::ActiveModel {
            id: Set(self.id),
            at: Set(stored_time(self.at)),
            act: Set(self.act.number()),
            actor: Set(self.actor.map(|actor| actor.0)),
            user: Set(self.user.0),
            standing: Set(standing),
            reason: Set(self.reason),
        };
        audit::Entity::insert(row).exec_without_returning(transaction).await?;
        Ok(())
    }
}

impl RightsStore {
    /// Returns the newest entries, or the newest before an entry.
    pub(crate) async fn audit(&self, before: Option<Uuid>, count: u64) -> Result<Vec<AuditEntry>, DbErr> {
        let mut entries = audit::Entity::find().order_by_desc(audit::Column::Id).limit(count);
        if let Some(before) = before {
            entries = entries.filter(audit::Column::Id.lt(before));
        }
        let rows = entries.all(self.database.read()).await?;
        rows.into_iter().map(entry_of).collect()
    }
}

fn entry_of(row: audit::Model) -> Result<AuditEntry, DbErr> {
    let standing = serde_json::from_str(&row.standing).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(AuditEntry {
        id: row.id,
        at: Timestamp(u64::try_from(row.at).unwrap_or_default()),
        act: Act::of_number(row.act),
        actor: row.actor.map(UserId),
        user: UserId(row.user),
        standing,
        reason: row.reason,
    })
}

impl Act {
    fn of_number(number: i16) -> Self {
        if number == 2 { Self::OwnerCode } else { Self::Standing }
    }

    fn number(self) -> i16 {
        match self {
            Self::Standing => 1,
            Self::OwnerCode => 2,
        }
    }
}
