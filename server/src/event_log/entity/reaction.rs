//! The table `reaction`: one row per current reaction of a person.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reaction")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) topic_id: i64,
    /// The message's `seq`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) message: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) emoji: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user: Uuid,
    pub(crate) name: String,
    /// The `seq` of the reaction's event; reactions are shown in this order.
    pub(crate) seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
