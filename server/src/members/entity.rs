//! One row for each person and topic that they have ever followed or written in.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) topic_id: i64,
    /// 0 not following, 1 following, 2 muted.
    pub(crate) follow: i16,
    /// The last `seq` that they have read; it goes back only when they mark messages as unread.
    pub(crate) read: i64,
    /// Their name as `name_key` folds it.
    pub(crate) name_key: String,
    /// How often they marked messages as unread.
    pub(crate) rewinds: i64,
    /// Whether they want the topic at the top of their list.
    pub(crate) favourite: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
