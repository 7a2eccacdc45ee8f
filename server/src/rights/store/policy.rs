//! The policy of the house in the database.

use app::protocol::UserId;
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, sea_query::OnConflict};

use super::{
    ChangeError, RightsStore,
    audit::{AuditEntry, Changed},
    change::{next_version, record},
    entity::policy,
    person_on,
};
use crate::{
    clock::now,
    database::BoundedTransaction,
    rights::{Audience, HousePermission, Policy, decide::decide_house},
};

/// The id of the only row.
const ONLY_ID: i32 = 1;

impl RightsStore {
    /// Returns the policy; without a row, it lets everyone do everything.
    pub(crate) async fn policy(&self) -> Result<Policy, DbErr> {
        let row = policy::Entity::find_by_id(ONLY_ID).one(self.database.read()).await?;
        Ok(row.map(policy_of).unwrap_or_default())
    }

    /// Replaces the policy, if somebody may do that, and returns the new version of all rights. Their own rights are read in the same
    /// transaction.
    pub(crate) async fn change_policy(
        &self,
        actor: UserId,
        policy: Policy,
        reason: String,
    ) -> Result<i64, ChangeError> {
        let transaction = self.database.begin().await?;
        let version = next_version(&transaction).await?;
        let acting = person_on(&transaction, actor).await?;
        decide_house(&acting, HousePermission::Administer, &policy, now())?;
        set_policy(&transaction, policy).await?;
        record(&transaction, version, None).await?;
        AuditEntry::new(Some(actor), actor, Changed::Policy(policy), reason).insert(&transaction).await?;
        transaction.commit().await?;
        Ok(version)
    }
}

async fn set_policy(
    transaction: &BoundedTransaction,
    Policy { readers, writers, makers }: Policy,
) -> Result<(), DbErr> {
    let row = policy::ActiveModel {
        id: Set(ONLY_ID),
        readers: Set(readers.number()),
        writers: Set(writers.number()),
        makers: Set(makers.number()),
    };
    let columns = [policy::Column::Readers, policy::Column::Writers, policy::Column::Makers];
    let replace = OnConflict::column(policy::Column::Id).update_columns(columns).to_owned();
    policy::Entity::insert(row).on_conflict(replace).exec_without_returning(transaction).await?;
    Ok(())
}

fn policy_of(policy::Model { readers, writers, makers, .. }: policy::Model) -> Policy {
    Policy {
        readers: Audience::of_number(readers),
        writers: Audience::of_number(writers),
        makers: Audience::of_number(makers),
    }
}
