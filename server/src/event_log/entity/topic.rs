//! The table `topic`: one row per topic that was created or written in.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "topic")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    #[sea_orm(unique)]
    pub(crate) name: String,
    pub(crate) epoch: String,
    /// The `seq` of the newest event.
    pub(crate) head: i64,
    /// The number of messages so far, deleted ones included.
    pub(crate) messages: i64,
    /// The time at which the newest event was stored, in milliseconds since 1970.
    pub(crate) active_at: i64,
    /// Empty if the topic is shown under its name.
    pub(crate) title: String,
    pub(crate) description: String,
    /// Name, title and description without case and accents, for the search in the directory.
    pub(crate) folded: String,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
