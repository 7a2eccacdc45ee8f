//! The key of this chat's session tokens, in the database: all servers of one database know each other's tokens.

use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, entity::prelude::*, sea_query::OnConflict};

use crate::{database::Database, random::random_bytes};

/// What tokens are signed with.
pub(super) type Key = [u8; 32];

/// The id of the one row.
const ONLY: i32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session_key")]
pub(crate) struct Model {
    /// Always [`ONLY`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: i32,
    pub(crate) secret: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads the key, and makes it first if there is none.
pub(super) async fn load(database: &Database) -> Result<Key, DbErr> {
    if let Some(key) = read(database).await? {
        return Ok(key);
    }
    let fresh = ActiveModel { id: Set(ONLY), secret: Set(random_bytes::<32>().to_vec()) };
    let keep_older = OnConflict::column(Column::Id).do_nothing().to_owned();
    Entity::insert(fresh).on_conflict(keep_older).exec_without_returning(database.write()).await?;
    read(database).await?.ok_or_else(|| DbErr::RecordNotFound("session_key".to_owned()))
}

async fn read(database: &Database) -> Result<Option<Key>, DbErr> {
    let row = Entity::find_by_id(ONLY).one(database.read()).await?;
    Ok(row.and_then(|row| row.secret.try_into().ok()))
}
