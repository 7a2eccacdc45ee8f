//! The key that signs session tokens. It is stored in the database, so that all servers of one database accept each other's
//! tokens.

use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, entity::prelude::*, sea_query::OnConflict};

use crate::{database::Database, random::random_bytes};

pub(super) type SigningKey = [u8; 32];

/// The table has one row.
const ROW_ID: i32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session_key")]
pub(crate) struct Model {
    /// Always [`ROW_ID`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: i32,
    pub(crate) secret: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads the key, or generates and stores it.
pub(super) async fn load(database: &Database) -> Result<SigningKey, DbErr> {
    if let Some(key) = read(database).await? {
        return Ok(key);
    }
    let generated = ActiveModel { id: Set(ROW_ID), secret: Set(random_bytes::<32>().to_vec()) };
    // Another server may have stored a key meanwhile. Its key is kept, and read below.
    let keep_older = OnConflict::column(Column::Id).do_nothing().to_owned();
    Entity::insert(generated).on_conflict(keep_older).exec_without_returning(database.write()).await?;
    read(database).await?.ok_or_else(|| DbErr::RecordNotFound("session_key".to_owned()))
}

async fn read(database: &Database) -> Result<Option<SigningKey>, DbErr> {
    let row = Entity::find_by_id(ROW_ID).one(database.read()).await?;
    Ok(row.and_then(|row| row.secret.try_into().ok()))
}
