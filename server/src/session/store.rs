//! Sessions in the database.

use app::protocol::{Name, UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    DAY_MS, FIRST_LIFE_MS, LIFE_MS, Proof, Session,
    entity::{ActiveModel, Column, Entity, Model},
    expiry::ExpiryClock,
    new_user,
};
use crate::{clock::Clock, database::Database};

type Key = [u8; 32];

#[derive(Clone)]
pub(super) struct Store {
    database: Database,
    clock: ExpiryClock,
}

/// A session that was found.
pub(super) struct Found {
    pub(super) session: Session,
    /// It was used and has less than a whole life left: time to renew it, at most once a day.
    pub(super) ages: bool,
}

impl Store {
    pub(super) fn new(database: Database, clock: Clock) -> Self {
        Self { clock: ExpiryClock::new(database.clone(), clock), database }
    }

    pub(super) fn clock(&self) -> &ExpiryClock {
        &self.clock
    }

    pub(super) async fn find(&self, key: &Key) -> Result<Option<Found>, DbErr> {
        let row = Entity::find_by_id(key.to_vec()).one(self.database.read()).await?;
        let (expired, now) = (self.clock.expired().await? as i64, self.clock.begins().await?);
        Ok(row.filter(|row| row.expires_at > expired).map(|row| Found {
            ages: row.expires_at < (now + LIFE_MS - DAY_MS) as i64,
            session: session_of(*key, row),
        }))
    }

    pub(super) async fn create(&self, key: Key) -> Result<Session, DbErr> {
        let now = self.clock.begins().await?;
        let session = Session { user: new_user(), name: Name::anonymous(), access: None, key };
        let row = ActiveModel {
            token_hash: Set(key.to_vec()),
            user: Set(session.user.0),
            name: Set(session.name.to_string()),
            access: Set(None),
            created_at: Set(now as i64),
            expires_at: Set((now + FIRST_LIFE_MS) as i64),
        };
        Entity::insert(row).exec_without_returning(self.database.write()).await?;
        Ok(session)
    }

    pub(super) async fn renew(&self, key: &Key) -> Result<(), DbErr> {
        let now = self.clock.begins().await?;
        self.set(key, Column::ExpiresAt, (now + LIFE_MS) as i64).await
    }

    pub(super) async fn rename(&self, key: &Key, name: &Name) -> Result<(), DbErr> {
        self.set(key, Column::Name, name.to_string()).await
    }

    /// Says whether there was such a session.
    pub(super) async fn grant(&self, key: &Key, new_key: &Key, proof: Proof) -> Result<bool, DbErr> {
        let granted = Entity::update_many()
            .col_expr(Column::TokenHash, Expr::value(new_key.to_vec()))
            .col_expr(Column::Access, Expr::value(proof.to_vec()))
            .filter(Column::TokenHash.eq(key.to_vec()))
            .exec(self.database.write())
            .await?;
        Ok(granted.rows_affected > 0)
    }

    pub(super) async fn sweep(&self) -> Result<u64, DbErr> {
        let expired = Column::ExpiresAt.lte(self.clock.expired().await? as i64);
        Ok(Entity::delete_many().filter(expired).exec(self.database.write()).await?.rows_affected)
    }

    #[cfg(test)]
    pub(super) async fn expire(&self, key: &Key) -> Result<(), DbErr> {
        let expired = self.clock.expired().await?;
        self.set(key, Column::ExpiresAt, expired as i64).await
    }

    async fn set(&self, key: &Key, column: Column, value: impl Into<sea_orm::Value>) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(column, Expr::value(value.into()))
            .filter(Column::TokenHash.eq(key.to_vec()))
            .exec(self.database.write())
            .await?;
        Ok(())
    }
}

fn session_of(key: Key, row: Model) -> Session {
    Session {
        user: UserId(row.user),
        name: Name::parse(&row.name).unwrap_or_else(|_| Name::anonymous()),
        access: row.access.and_then(|proof| proof.try_into().ok()),
        key,
    }
}
