//! Sessions in the database.

use std::sync::Arc;

use app::protocol::{Name, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{
    DAY_MS, FIRST_LIFE_MS, LIFE_MS, Proof, Session, Token,
    entity::{ActiveModel, Column, Entity, Model},
    expiry::ExpiryClock,
    key,
};
use crate::{clock::Clock, database::Database};

type Key = [u8; 32];

#[derive(Clone)]
pub(super) struct Store {
    pub(super) database: Database,
    clock: ExpiryClock,
    /// What tokens are signed with, once it was needed.
    signing: Arc<OnceCell<key::Key>>,
}

/// What there is behind a token.
pub(super) enum Looked {
    /// A session that is stored and lives.
    Stored(Found),
    /// The session of a token that was issued lately and not used yet.
    Issued(Session),
    /// Nothing, or nothing any more.
    Nothing,
}

/// The person of a token that was given up for another: its row keeps the token from beginning a session again.
const GIVEN_UP: Uuid = Uuid::nil();

/// A session that was found.
pub(super) struct Found {
    pub(super) session: Session,
    /// It was used and has less than a whole life left: time to renew it, at most once a day.
    pub(super) ages: bool,
}

impl Store {
    pub(super) fn new(database: Database, clock: Clock) -> Self {
        let clock = ExpiryClock::new(database.clone(), clock);
        Self { database, clock, signing: Arc::default() }
    }

    pub(super) fn clock(&self) -> &ExpiryClock {
        &self.clock
    }

    pub(super) async fn look_up(&self, token: &Token) -> Result<Looked, DbErr> {
        let hash = token.hash();
        if let Some(row) = self.row(&hash).await? {
            return Ok(self.found(hash, row).await?.map_or(Looked::Nothing, Looked::Stored));
        }
        let person = token.person(self.signing().await?, self.clock.begins().await?);
        Ok(person.map_or(Looked::Nothing, |user| Looked::Issued(session_without_name(hash, user))))
    }

    /// A token and its session, which is not stored.
    pub(super) async fn issue(&self) -> Result<(Session, Token), DbErr> {
        let signing = self.signing().await?;
        let now = self.clock.begins().await?;
        let token = Token::issued(signing, now);
        let user =
            token.person(signing, now).ok_or_else(|| DbErr::Custom("no time for tokens".to_owned()))?;
        Ok((session_without_name(token.hash(), user), token))
    }

    /// A new session; or the one that another request with the same token has stored meanwhile.
    pub(super) async fn create(&self, key: Key, user: UserId) -> Result<Session, DbErr> {
        let session = session_without_name(key, user);
        let keep_older = OnConflict::column(Column::TokenHash).do_nothing().to_owned();
        let row = new_row(&key, user.0, session.name.as_str(), self.clock.begins().await?);
        let insert = Entity::insert(row).on_conflict(keep_older);
        let inserted = insert.exec_without_returning(self.database.write()).await? > 0;
        let older = if inserted { None } else { self.row(&key).await? };
        let Some(older) = older else { return Ok(session) };
        Ok(self.found(key, older).await?.map_or(session, |found| found.session))
    }

    /// `None` for a session that has expired or was given up.
    async fn found(&self, key: Key, row: Model) -> Result<Option<Found>, DbErr> {
        let (expired, now) = (self.clock.expired().await? as i64, self.clock.begins().await?);
        let lives = row.expires_at > expired && row.user != GIVEN_UP;
        Ok(lives.then(|| Found {
            ages: row.expires_at < (now + LIFE_MS - DAY_MS) as i64,
            session: session_of(key, row),
        }))
    }

    async fn row(&self, key: &Key) -> Result<Option<Model>, DbErr> {
        Entity::find_by_id(key.to_vec()).one(self.database.read()).await
    }

    async fn signing(&self) -> Result<&key::Key, DbErr> {
        self.signing.get_or_try_init(|| key::load(&self.database)).await
    }

    pub(super) async fn renew(&self, key: &Key) -> Result<(), DbErr> {
        let now = self.clock.begins().await?;
        self.set(key, Column::ExpiresAt, (now + LIFE_MS) as i64).await
    }

    pub(super) async fn rename(&self, key: &Key, name: &Name) -> Result<(), DbErr> {
        self.set(key, Column::Name, name.to_string()).await
    }

    /// Says whether there was such a session. The old token is given up: a page's token would begin the same person's session
    /// again.
    pub(super) async fn grant(&self, key: &Key, new_key: &Key, proof: Proof) -> Result<bool, DbErr> {
        let now = self.clock.begins().await?;
        let transaction = self.database.begin().await?;
        let granted = Entity::update_many()
            .col_expr(Column::TokenHash, Expr::value(new_key.to_vec()))
            .col_expr(Column::Access, Expr::value(proof.to_vec()))
            .filter(Column::TokenHash.eq(key.to_vec()))
            .filter(Column::User.ne(GIVEN_UP))
            .exec(&transaction)
            .await?;
        if granted.rows_affected > 0 && key != new_key {
            Entity::insert(new_row(key, GIVEN_UP, "", now)).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
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

/// A row of a session that was not used a second time.
fn new_row(key: &Key, user: Uuid, name: &str, now: u64) -> ActiveModel {
    ActiveModel {
        token_hash: Set(key.to_vec()),
        user: Set(user),
        name: Set(name.to_owned()),
        access: Set(None),
        created_at: Set(now as i64),
        expires_at: Set((now + FIRST_LIFE_MS) as i64),
    }
}

fn session_without_name(key: Key, user: UserId) -> Session {
    Session { user, name: Name::anonymous(), access: None, key }
}

fn session_of(key: Key, row: Model) -> Session {
    Session {
        user: UserId(row.user),
        name: Name::parse(&row.name).unwrap_or_else(|_| Name::anonymous()),
        access: row.access.and_then(|proof| proof.try_into().ok()),
        key,
    }
}
