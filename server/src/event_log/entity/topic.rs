//! One row a topic somebody wrote in.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "topic")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    #[sea_orm(unique)]
    pub(crate) name: String,
    pub(crate) epoch: String,
    /// The newest event's `seq`.
    pub(crate) head: i64,
    /// How many messages it has had.
    pub(crate) messages: i64,
    /// When its newest event was stored, in milliseconds since 1970.
    pub(crate) active_at: i64,
    /// Empty: it goes by its name.
    pub(crate) title: String,
    pub(crate) description: String,
    /// Name, title and description without case and accents, to be searched.
    pub(crate) folded: String,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
