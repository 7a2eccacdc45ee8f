//! The table `mention`: one row per message and person whom it mentions.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mention")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) topic_id: i64,
    /// The message's `seq`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
