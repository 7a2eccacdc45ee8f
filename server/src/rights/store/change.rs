//! Changes of rights. Each raises the version in its first statement, whose lock makes changes follow each other.

use app::protocol::{Timestamp, UserId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Statement,
    sea_query::OnConflict,
};

use super::{
    RightsStore,
    audit::{AuditEntry, Changed},
    entity::{person, rights_change},
    networks::MAX_BANNED_NETWORKS,
    person_on,
};
use crate::{
    clock::now,
    database::BoundedTransaction,
    rights::{Denied, Person, Role, Standing, StandingChange, decide::decide_change},
};

const RAISE_VERSION: &str = "INSERT INTO rights (id, version) VALUES (1, 1) \
    ON CONFLICT (id) DO UPDATE SET version = rights.version + 1";
/// A node that is further behind reads the rights of everybody who is connected.
const CHANGES_KEPT_MS: u64 = 60 * 60 * 1_000;

/// The reason why rights were not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The last owner cannot step down.
    #[error("the house needs an owner: make somebody else an owner first")]
    LastOwner,
    /// A code works once.
    #[error("this code was used already")]
    UsedCode,
    /// Each banned network is in memory.
    #[error("at most {max} networks are banned at the same time; lift some of the bans first", max = MAX_BANNED_NETWORKS)]
    TooManyNetworks,
    /// The change may have been stored all the same.
    #[error("rights cannot be stored: {0}")]
    Unavailable(#[from] DbErr),
}

/// A change that is stored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoredChange {
    /// The person's rights since then.
    pub(crate) person: Person,
    pub(crate) version: i64,
}

impl RightsStore {
    /// Changes a person's role, ban or mute, if somebody else may do that. The rights of both are read in the same transaction.
    pub(crate) async fn change_person(
        &self,
        actor: UserId,
        user: UserId,
        change: StandingChange,
        reason: String,
    ) -> Result<StoredChange, ChangeError> {
        let transaction = self.database.begin().await?;
        let version = next_version(&transaction).await?;
        let acting = person_on(&transaction, actor).await?;
        let target = person_on(&transaction, user).await?;
        let standing = change.apply(target.standing());
        decide_change(&acting, &target, &standing, now())?;
        if target.role == Role::Owner && standing.role != Role::Owner {
            require_another_owner(&transaction, user).await?;
        }
        let person = set_person(&transaction, user, &standing).await?;
        record(&transaction, version, Some(user)).await?;
        AuditEntry::new(Some(actor), user, Changed::Standing(standing), reason).insert(&transaction).await?;
        transaction.commit().await?;
        Ok(StoredChange { person, version })
    }
}

pub(super) async fn next_version(transaction: &BoundedTransaction) -> Result<i64, DbErr> {
    transaction.execute_unprepared(RAISE_VERSION).await?;
    let raised = Statement::from_string(transaction.get_database_backend(), "SELECT version FROM rights");
    let row = transaction.query_one_raw(raised).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("rights".to_owned()))?.try_get("", "version")
}

/// An owner who is banned cannot run the house.
async fn require_another_owner(transaction: &BoundedTransaction, user: UserId) -> Result<(), ChangeError> {
    let is_let_in = Condition::any()
        .add(person::Column::BannedUntil.is_null())
        .add(person::Column::BannedUntil.lte(stored_time(now())));
    let another = person::Entity::find()
        .filter(person::Column::Role.eq(Role::Owner.number()))
        .filter(person::Column::User.ne(user.0))
        .filter(is_let_in)
        .one(transaction)
        .await?;
    another.map(drop).ok_or(ChangeError::LastOwner)
}

pub(super) async fn set_person(
    transaction: &BoundedTransaction,
    user: UserId,
    standing: &Standing,
) -> Result<Person, DbErr> {
    let role = standing.role.number();
    let banned_until = standing.banned_until.map(stored_time);
    let muted_until = standing.muted_until.map(stored_time);
    let row = person::ActiveModel {
        user: Set(user.0),
        role: Set(role),
        banned_until: Set(banned_until),
        muted_until: Set(muted_until),
    };
    let columns = [person::Column::Role, person::Column::BannedUntil, person::Column::MutedUntil];
    let replace = OnConflict::column(person::Column::User).update_columns(columns).to_owned();
    person::Entity::insert(row).on_conflict(replace).exec_without_returning(transaction).await?;
    Ok(Person::stored(user, Some(role), banned_until, muted_until))
}

/// Records that the rights of a person have changed, or without one those of the house: its policy or banned networks.
pub(super) async fn record(
    transaction: &BoundedTransaction,
    version: i64,
    user: Option<UserId>,
) -> Result<(), DbErr> {
    let at = now();
    let oldest = Timestamp(at.0.saturating_sub(CHANGES_KEPT_MS));
    rights_change::Entity::delete_many()
        .filter(rights_change::Column::At.lt(stored_time(oldest)))
        .exec(transaction)
        .await?;
    let change = rights_change::ActiveModel {
        version: Set(version),
        user: Set(user.map(|user| user.0)),
        at: Set(stored_time(at)),
    };
    rights_change::Entity::insert(change).exec_without_returning(transaction).await?;
    Ok(())
}

pub(super) fn stored_time(time: Timestamp) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}
