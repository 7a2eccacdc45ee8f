//! The table `search_fill`: one row per topic whose older messages are still to be indexed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_fill")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) topic_id: i64,
    /// Messages up to this `seq` are indexed.
    pub(crate) seq: i64,
    /// The last `seq` to backfill: later messages are indexed when they are published.
    pub(crate) until: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
