//! The audit log: each change of a standing or of the policy, in the transaction of the change. The database refuses to change a row.

use std::net::IpAddr;

use app::protocol::{Timestamp, UserId};
use schemars::JsonSchema;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{RightsStore, change::stored_time, entity::audit};
use crate::{
    clock::now,
    database::BoundedTransaction,
    rights::{Policy, Standing},
};

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
    /// Somebody has changed the policy.
    Policy,
    /// Somebody has banned a network, or lifted its ban.
    Network,
}

/// The changed rights, as they are since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Changed {
    Standing(Standing),
    Policy(Policy),
    Network(NetworkChange),
}

/// The ban of a network, or the end of its ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NetworkChange {
    pub(crate) network: IpAddr,
    /// Absent if the ban was lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) banned_until: Option<Timestamp>,
}

/// A change of rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditEntry {
    /// A UUIDv7: a later entry has a higher one.
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    pub(crate) act: Act,
    /// `None` for a code.
    pub(crate) actor: Option<UserId>,
    /// The person whose standing changed. For a policy or a network, the actor.
    pub(crate) user: UserId,
    pub(crate) changed: Changed,
    pub(crate) reason: String,
}

impl AuditEntry {
    /// An entry of now. Without an actor, a code has made an owner.
    pub(super) fn new(actor: Option<UserId>, user: UserId, changed: Changed, reason: String) -> Self {
        let act = match changed {
            Changed::Policy(_) => Act::Policy,
            Changed::Network(_) => Act::Network,
            Changed::Standing(_) if actor.is_some() => Act::Standing,
            Changed::Standing(_) => Act::OwnerCode,
        };
        // All our ids are made alike.
        let UserId(id) = UserId::fresh();
        Self { id, at: now(), act, actor, user, changed, reason }
    }

    pub(super) async fn insert(self, transaction: &BoundedTransaction) -> Result<(), DbErr> {
        let changed = serde_json::to_string(&self.changed).map_err(|error| DbErr::Json(error.to_string()))?;
        let row = audit::ActiveModel {
            id: Set(self.id),
            at: Set(stored_time(self.at)),
            act: Set(self.act.number()),
            actor: Set(self.actor.map(|actor| actor.0)),
            user: Set(self.user.0),
            standing: Set(changed),
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
    let act = Act::of_number(row.act);
    let changed = changed_of(act, &row.standing).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(AuditEntry {
        id: row.id,
        at: Timestamp(u64::try_from(row.at).unwrap_or_default()),
        act,
        actor: row.actor.map(UserId),
        user: UserId(row.user),
        changed,
        reason: row.reason,
    })
}

fn changed_of(act: Act, json: &str) -> Result<Changed, serde_json::Error> {
    match act {
        Act::Standing | Act::OwnerCode => serde_json::from_str(json).map(Changed::Standing),
        Act::Policy => serde_json::from_str(json).map(Changed::Policy),
        Act::Network => serde_json::from_str(json).map(Changed::Network),
    }
}

impl Act {
    fn of_number(number: i16) -> Self {
        match number {
            2 => Self::OwnerCode,
            3 => Self::Policy,
            4 => Self::Network,
            _ => Self::Standing,
        }
    }

    fn number(self) -> i16 {
        match self {
            Self::Standing => 1,
            Self::OwnerCode => 2,
            Self::Policy => 3,
            Self::Network => 4,
        }
    }
}
