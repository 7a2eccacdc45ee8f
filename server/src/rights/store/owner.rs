//! Owners, and the codes by which people become one.

use app::protocol::{Timestamp, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::{
    ChangeError, RightsStore, StoredChange,
    audit::{AuditEntry, Changed},
    change::{next_version, record, set_person, stored_time},
    entity::one_time,
};
use crate::{
    clock::now,
    database::BoundedTransaction,
    rights::{Role, Standing},
};

/// How long the row of a used code is kept after the code has expired. Nodes whose clocks are behind still take the code.
const EXPIRED_KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

impl RightsStore {
    /// Makes a person an owner, by a code that works once. A ban or mute ends: the code comes from whoever runs the server.
    pub(crate) async fn make_owner(
        &self,
        user: UserId,
        code_hash: [u8; 32],
        expires_at: Timestamp,
    ) -> Result<StoredChange, ChangeError> {
        let transaction = self.database.begin().await?;
        let version = next_version(&transaction).await?;
        spend(&transaction, user, code_hash, expires_at).await?;
        let standing = Standing { role: Role::Owner, banned_until: None, muted_until: None };
        let person = set_person(&transaction, user, &standing).await?;
        record(&transaction, version, Some(user)).await?;
        AuditEntry::new(None, user, Changed::Standing(standing), String::new()).insert(&transaction).await?;
        transaction.commit().await?;
        Ok(StoredChange { person, version })
    }
}

async fn spend(
    transaction: &BoundedTransaction,
    user: UserId,
    hash: [u8; 32],
    expires_at: Timestamp,
) -> Result<(), ChangeError> {
    let expired = Timestamp(now().0.saturating_sub(EXPIRED_KEPT_MS));
    one_time::Entity::delete_many()
        .filter(one_time::Column::ExpiresAt.lt(stored_time(expired)))
        .exec(transaction)
        .await?;
    let row = one_time::ActiveModel {
        hash: Set(hash.to_vec()),
        used_by: Set(user.0),
        expires_at: Set(stored_time(expires_at)),
    };
    let keep_older = OnConflict::column(one_time::Column::Hash).do_nothing().to_owned();
    let inserted =
        one_time::Entity::insert(row).on_conflict(keep_older).exec_without_returning(transaction).await?;
    if inserted > 0 { Ok(()) } else { Err(ChangeError::UsedCode) }
}
