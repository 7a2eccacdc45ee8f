//! The log's tables behind the log's own words.

mod append;
mod read;
mod row;

use app::protocol::Epoch;
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, sea_query::OnConflict};

use super::entity::store;
use crate::{database::Database, random::random_hex};

/// Reads and writes the log; cheap to clone.
#[derive(Clone)]
pub(super) struct Store {
    database: Database,
    /// The epoch of every topic that has no row yet.
    epoch: Epoch,
    max_topics: u64,
}

impl Store {
    pub(super) async fn open(database: Database, max_topics: u64) -> Result<Self, DbErr> {
        let epoch = epoch(&database).await?;
        Ok(Self { database, epoch, max_topics })
    }

    pub(super) async fn ping(&self) -> Result<(), DbErr> {
        self.database.read().ping().await
    }
}

/// The store's epoch, made on the first start.
async fn epoch(database: &Database) -> Result<Epoch, DbErr> {
    let fresh = store::ActiveModel { id: Set(store::ONLY), epoch: Set(random_hex::<8>()) };
    let keep_older = OnConflict::column(store::Column::Id).do_nothing().to_owned();
    store::Entity::insert(fresh).on_conflict(keep_older).exec_without_returning(database.write()).await?;
    let row = store::Entity::find_by_id(store::ONLY).one(database.write()).await?;
    row.map(|row| Epoch(row.epoch)).ok_or_else(|| DbErr::RecordNotFound("store".to_owned()))
}
