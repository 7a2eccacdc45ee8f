//! Bans of networks in the database.

use std::{collections::HashMap, net::IpAddr};

use app::protocol::{Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict,
};

use super::{
    ChangeError, RightsStore,
    audit::{AuditEntry, Changed, NetworkChange},
    change::{next_version, record, stored_time},
    entity::network_ban,
    person_on,
};
use crate::{
    clock::now,
    database::BoundedTransaction,
    rights::{HousePermission, Policy, decide::decide_house},
};

/// Banned networks at the same time. All are in memory, and one list shows them.
pub(crate) const MAX_BANNED_NETWORKS: usize = 1_000;

/// A network that is banned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NetworkBan {
    /// As [`crate::accept::limit_key`] returns it.
    pub(crate) network: IpAddr,
    pub(crate) banned_until: Timestamp,
    pub(crate) reason: String,
    /// The moderator who set the ban, at the time `at`.
    pub(crate) actor: UserId,
    pub(crate) at: Timestamp,
}

impl RightsStore {
    /// Returns the banned networks, the latest ban first.
    pub(crate) async fn networks(&self) -> Result<Vec<NetworkBan>, DbErr> {
        let rows = network_ban::Entity::find()
            .filter(network_ban::Column::BannedUntil.gt(stored_time(now())))
            .order_by_desc(network_ban::Column::At)
            .all(self.database.read())
            .await?;
        // Nobody can come from an address that only a later version knows.
        Ok(rows.into_iter().filter_map(ban_of).collect())
    }

    pub(super) async fn banned_until(&self) -> Result<HashMap<IpAddr, Timestamp>, DbErr> {
        let bans = self.networks().await?;
        Ok(bans.into_iter().map(|ban| (ban.network, ban.banned_until)).collect())
    }

    /// Bans a network, if the actor may do that, and returns the version of all rights.
    pub(crate) async fn ban_network(&self, ban: NetworkBan) -> Result<i64, ChangeError> {
        let transaction = self.database.begin().await?;
        let version = begin_change(&transaction, ban.actor).await?;
        network_ban::Entity::delete_many()
            .filter(network_ban::Column::BannedUntil.lte(stored_time(now())))
            .exec(&transaction)
            .await?;
        insert(&transaction, &ban).await?;
        if network_ban::Entity::find().all(&transaction).await?.len() > MAX_BANNED_NETWORKS {
            return Err(ChangeError::TooManyNetworks);
        }
        let NetworkBan { network, banned_until, reason, actor, .. } = ban;
        let change = NetworkChange { network, banned_until: Some(banned_until) };
        AuditEntry::new(Some(actor), actor, Changed::Network(change), reason).insert(&transaction).await?;
        transaction.commit().await?;
        Ok(version)
    }

    /// Lifts the ban of a network, if the actor may do that. Returns the version of all rights, or `None` if it was not banned.
    pub(crate) async fn lift_network(
        &self,
        actor: UserId,
        network: IpAddr,
    ) -> Result<Option<i64>, ChangeError> {
        let transaction = self.database.begin().await?;
        let version = begin_change(&transaction, actor).await?;
        let deleted = network_ban::Entity::delete_by_id(network.to_string()).exec(&transaction).await?;
        if deleted.rows_affected == 0 {
            return Ok(None);
        }
        let change = NetworkChange { network, banned_until: None };
        let entry = AuditEntry::new(Some(actor), actor, Changed::Network(change), String::new());
        entry.insert(&transaction).await?;
        transaction.commit().await?;
        Ok(Some(version))
    }
}

/// Raises the version, whose lock makes changes follow each other, and checks the actor's rights of then.
async fn begin_change(transaction: &BoundedTransaction, actor: UserId) -> Result<i64, ChangeError> {
    let version = next_version(transaction).await?;
    let acting = person_on(transaction, actor).await?;
    decide_house(&acting, HousePermission::Ban, &Policy::default(), now())?;
    record(transaction, version, None).await?;
    Ok(version)
}

async fn insert(transaction: &BoundedTransaction, ban: &NetworkBan) -> Result<(), DbErr> {
    let row = network_ban::ActiveModel {
        network: Set(ban.network.to_string()),
        banned_until: Set(stored_time(ban.banned_until)),
        reason: Set(ban.reason.clone()),
        actor: Set(ban.actor.0),
        at: Set(stored_time(ban.at)),
    };
    let columns = [
        network_ban::Column::BannedUntil,
        network_ban::Column::Reason,
        network_ban::Column::Actor,
        network_ban::Column::At,
    ];
    let replace = OnConflict::column(network_ban::Column::Network).update_columns(columns).to_owned();
    network_ban::Entity::insert(row).on_conflict(replace).exec_without_returning(transaction).await?;
    Ok(())
}

fn ban_of(row: network_ban::Model) -> Option<NetworkBan> {
    let time = |stored| Timestamp(u64::try_from(stored).unwrap_or_default());
    Some(NetworkBan {
        network: row.network.parse().ok()?,
        banned_until: time(row.banned_until),
        reason: row.reason,
        actor: UserId(row.actor),
        at: time(row.at),
    })
}
