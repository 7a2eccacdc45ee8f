//! Sessions in the database.

use std::{collections::HashMap, sync::Arc};

use app::protocol::{Name, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult, QuerySelect,
    Statement,
    sea_query::{Expr, OnConflict},
};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{
    AccessProof, DAY_MS, FIRST_LIFETIME_MS, LIFETIME_MS, ReadAt, Session, SessionToken,
    entity::{ActiveModel, Column, Entity, Model},
    expiry::ExpiryClock,
    key::{self, SigningKey},
};
use crate::{
    clock::Clock,
    database::{Database, refuse_standby},
    rights::Person,
};

pub(super) type TokenHash = [u8; 32];

#[derive(Clone)]
pub(super) struct SessionStore {
    pub(super) database: Database,
    clock: ExpiryClock,
    /// Loaded on first use.
    signing_key: Arc<OnceCell<SigningKey>>,
}

/// The result of looking a token up.
pub(super) enum SessionLookup {
    /// The session is stored and has not expired.
    Stored(StoredSession),
    /// The token was issued with a page less than a day ago, and its session is not stored yet.
    Issued(Session),
    /// There is no session, or it has expired.
    Missing,
}

/// The `user` of a token that was replaced by another one. Its row keeps the signed token from creating the session again.
const REVOKED: Uuid = Uuid::nil();

/// A session with the rights of its person.
const ROW: &str = "SELECT session.*, person.role, person.banned_until, person.muted_until FROM session \
    LEFT JOIN person ON person.\"user\" = session.\"user\" WHERE session.token_hash = $1";
/// The same, and whether the server is a standby, in one row also if there is no session.
const SHARED_ROW: &str = "SELECT server.is_standby, session.*, person.role, person.banned_until, person.muted_until \
    FROM (SELECT pg_is_in_recovery() AS is_standby) AS server \
    LEFT JOIN session ON session.token_hash = $1 LEFT JOIN person ON person.\"user\" = session.\"user\"";

/// A row of the table with that of its person.
struct Row {
    session: Model,
    person: Person,
    read_at: ReadAt,
}

impl Row {
    fn of(row: &QueryResult, read_at: ReadAt) -> Result<Self, DbErr> {
        let session = Model::from_query_result(row, "")?;
        let role = row.try_get("", "role")?;
        let banned_until = row.try_get("", "banned_until")?;
        let muted_until = row.try_get("", "muted_until")?;
        let person = Person::stored(UserId(session.user), role, banned_until, muted_until);
        Ok(Self { session, person, read_at })
    }
}

pub(super) struct StoredSession {
    pub(super) session: Session,
    /// Whether to renew the session. True at most once a day, since a renewal writes.
    pub(super) needs_renewal: bool,
}

impl SessionStore {
    pub(super) fn new(database: Database, clock: Clock) -> Self {
        let clock = ExpiryClock::new(database.clone(), clock);
        Self { database, clock, signing_key: Arc::default() }
    }

    pub(super) fn clock(&self) -> &ExpiryClock {
        &self.clock
    }

    pub(super) async fn look_up(&self, token: &SessionToken) -> Result<SessionLookup, DbErr> {
        let hash = token.hash();
        if let Some(row) = self.row(&hash).await? {
            return Ok(self.live(hash, row).await?.map_or(SessionLookup::Missing, SessionLookup::Stored));
        }
        let user = token.verify(self.signing_key().await?, self.clock.now_ms().await?);
        Ok(user.map_or(SessionLookup::Missing, |user| SessionLookup::Issued(anonymous_session(hash, user))))
    }

    /// Returns a signed token and its session, which is not stored.
    pub(super) async fn issue(&self) -> Result<(Session, SessionToken), DbErr> {
        let key = self.signing_key().await?;
        let now_ms = self.clock.now_ms().await?;
        let token = SessionToken::issue(key, now_ms);
        let user = token
            .verify(key, now_ms)
            .ok_or_else(|| DbErr::Custom("the time is out of range for tokens".to_owned()))?;
        Ok((anonymous_session(token.hash(), user), token))
    }

    /// Stores a new session. Returns the existing one if another request with the same token has stored it meanwhile.
    pub(super) async fn create(&self, key: TokenHash, user: UserId) -> Result<Session, DbErr> {
        let session = anonymous_session(key, user);
        let keep_older = OnConflict::column(Column::TokenHash).do_nothing().to_owned();
        let row = new_row(&key, user.0, session.name.as_str(), self.clock.now_ms().await?);
        let insert = Entity::insert(row).on_conflict(keep_older);
        let is_inserted = insert.exec_without_returning(self.database.write()).await? > 0;
        let older = if is_inserted { None } else { self.row(&key).await? };
        let Some(older) = older else { return Ok(session) };
        Ok(self.live(key, older).await?.map_or(session, |stored| stored.session))
    }

    /// Stores the session of a token that was issued with a page. Its person may have been banned by then: they had a stored session
    /// before, or an open connection.
    pub(super) async fn store_issued(&self, key: TokenHash, user: UserId) -> Result<Session, DbErr> {
        let session = self.create(key, user).await?;
        let Some(row) = self.row(&key).await? else { return Ok(session) };
        Ok(self.live(key, row).await?.map_or(session, |stored| stored.session))
    }

    /// Returns `None` for a session that has expired or whose token was replaced.
    async fn live(&self, key: TokenHash, row: Row) -> Result<Option<StoredSession>, DbErr> {
        let expiry_ms = self.clock.expiry_ms().await? as i64;
        let now_ms = self.clock.now_ms().await?;
        let is_live = row.session.expires_at > expiry_ms && row.session.user != REVOKED;
        Ok(is_live.then(|| StoredSession {
            needs_renewal: row.session.expires_at < (now_ms + LIFETIME_MS - DAY_MS) as i64,
            session: session_of(key, row),
        }))
    }

    /// Errors: the server is a standby, which may not know yet that the session exists, or that it has ended.
    async fn row(&self, key: &TokenHash) -> Result<Option<Row>, DbErr> {
        let read_at = ReadAt::now();
        let connection = self.database.read();
        let sql = if self.database.is_shared() { SHARED_ROW } else { ROW };
        let backend = connection.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, [key.to_vec().into()]);
        let row = connection.query_one_raw(statement).await?;
        if !self.database.is_shared() {
            return row.map(|row| Row::of(&row, read_at)).transpose();
        }
        let row = row.ok_or_else(|| DbErr::RecordNotFound("session".to_owned()))?;
        refuse_standby(Some(row.try_get("", "is_standby")?))?;
        let hash: Option<Vec<u8>> = row.try_get("", "token_hash")?;
        hash.map(|_| Row::of(&row, read_at)).transpose()
    }

    pub(super) async fn signing_key(&self) -> Result<&SigningKey, DbErr> {
        self.signing_key.get_or_try_init(|| key::load(&self.database)).await
    }

    pub(super) async fn renew(&self, key: &TokenHash) -> Result<(), DbErr> {
        let now_ms = self.clock.now_ms().await?;
        self.update(key, Column::ExpiresAt, (now_ms + LIFETIME_MS) as i64).await
    }

    pub(super) async fn rename(&self, key: &TokenHash, name: &Name) -> Result<(), DbErr> {
        self.update(key, Column::Name, name.to_string()).await
    }

    /// Moves a session to a new token and stores the proof. Returns `false` when there is no such session. The old token's row is
    /// kept as revoked: a signed token without a row would create the same person's session again.
    pub(super) async fn grant(
        &self,
        key: &TokenHash,
        new_key: &TokenHash,
        proof: AccessProof,
    ) -> Result<bool, DbErr> {
        let now_ms = self.clock.now_ms().await?;
        let transaction = self.database.begin().await?;
        let granted = Entity::update_many()
            .col_expr(Column::TokenHash, Expr::value(new_key.to_vec()))
            .col_expr(Column::Access, Expr::value(proof.to_vec()))
            .filter(Column::TokenHash.eq(key.to_vec()))
            .filter(Column::User.ne(REVOKED))
            .exec(&transaction)
            .await?;
        if granted.rows_affected > 0 && key != new_key {
            Entity::insert(new_row(key, REVOKED, "", now_ms)).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(granted.rows_affected > 0)
    }

    /// Ends a session. Its row is kept as revoked: a signed token without a row would create the session again.
    pub(super) async fn end(&self, key: &TokenHash) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::User, Expr::value(REVOKED))
            .col_expr(Column::Name, Expr::value(""))
            .col_expr(Column::Access, Expr::value(Option::<Vec<u8>>::None))
            .filter(Column::TokenHash.eq(key.to_vec()))
            .exec(self.database.write())
            .await?;
        Ok(())
    }

    /// Returns the names of those of these sessions that have not ended.
    pub(super) async fn live_names(&self, keys: &[TokenHash]) -> Result<HashMap<TokenHash, Name>, DbErr> {
        let mut names = self.names_on(self.database.read(), keys).await?;
        let missing: Vec<_> = keys.iter().filter(|key| !names.contains_key(*key)).copied().collect();
        if !missing.is_empty() && self.database.is_shared() {
            // A standby can be read before it has the newest sessions.
            let transaction = self.database.begin_on_primary().await?;
            names.extend(self.names_on(&transaction, &missing).await?);
            transaction.rollback().await?;
        }
        Ok(names)
    }

    async fn names_on(
        &self,
        connection: &impl ConnectionTrait,
        keys: &[TokenHash],
    ) -> Result<HashMap<TokenHash, Name>, DbErr> {
        let expiry_ms = self.clock.expiry_ms().await? as i64;
        let is_standby = if self.database.is_shared() { "pg_is_in_recovery()" } else { "FALSE" };
        let rows: Vec<(Vec<u8>, String, bool)> = Entity::find()
            .select_only()
            .columns([Column::TokenHash, Column::Name])
            .column_as(Expr::cust(is_standby), "is_standby")
            .filter(Column::TokenHash.is_in(keys.iter().map(|key| key.to_vec())))
            .filter(Column::User.ne(REVOKED))
            .filter(Column::ExpiresAt.gt(expiry_ms))
            .into_tuple()
            .all(connection)
            .await?;
        // A session that a standby has may have ended or been renamed since.
        refuse_standby(Some(rows.iter().any(|(_, _, is_standby)| *is_standby)))?;
        let live = rows.into_iter().filter_map(|(key, name, _)| Some((key.try_into().ok()?, name_of(&name))));
        Ok(live.collect())
    }

    /// Renews those of these sessions that have not ended and were not renewed for a day.
    pub(super) async fn renew_all(&self, keys: &[TokenHash]) -> Result<(), DbErr> {
        let expiry_ms = self.clock.expiry_ms().await? as i64;
        let now_ms = self.clock.now_ms().await?;
        Entity::update_many()
            .col_expr(Column::ExpiresAt, Expr::value((now_ms + LIFETIME_MS) as i64))
            .filter(Column::TokenHash.is_in(keys.iter().map(|key| key.to_vec())))
            .filter(Column::User.ne(REVOKED))
            .filter(Column::ExpiresAt.gt(expiry_ms))
            .filter(Column::ExpiresAt.lt((now_ms + LIFETIME_MS - DAY_MS) as i64))
            .exec(self.database.write())
            .await?;
        Ok(())
    }

    pub(super) async fn sweep(&self) -> Result<u64, DbErr> {
        let expired = Column::ExpiresAt.lte(self.clock.expiry_ms().await? as i64);
        Ok(Entity::delete_many().filter(expired).exec(self.database.write()).await?.rows_affected)
    }

    #[cfg(test)]
    pub(super) async fn expire(&self, key: &TokenHash) -> Result<(), DbErr> {
        let expiry_ms = self.clock.expiry_ms().await?;
        self.update(key, Column::ExpiresAt, expiry_ms as i64).await
    }

    async fn update(
        &self,
        key: &TokenHash,
        column: Column,
        value: impl Into<sea_orm::Value>,
    ) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(column, Expr::value(value.into()))
            .filter(Column::TokenHash.eq(key.to_vec()))
            .exec(self.database.write())
            .await?;
        Ok(())
    }
}

/// The row of a session that was used once.
fn new_row(key: &TokenHash, user: Uuid, name: &str, now_ms: u64) -> ActiveModel {
    ActiveModel {
        token_hash: Set(key.to_vec()),
        user: Set(user),
        name: Set(name.to_owned()),
        access: Set(None),
        created_at: Set(now_ms as i64),
        expires_at: Set((now_ms + FIRST_LIFETIME_MS) as i64),
    }
}

fn anonymous_session(key: TokenHash, user: UserId) -> Session {
    let person = Person::guest(user);
    Session { user, name: Name::anonymous(), access: None, person, read_at: ReadAt::now(), key }
}

fn session_of(key: TokenHash, Row { session, person, read_at }: Row) -> Session {
    Session {
        user: UserId(session.user),
        name: name_of(&session.name),
        access: session.access.and_then(|proof| proof.try_into().ok()),
        person,
        read_at,
        key,
    }
}

fn name_of(stored: &str) -> Name {
    Name::parse(stored).unwrap_or_else(|_| Name::anonymous())
}
