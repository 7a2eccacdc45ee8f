//! One row an event of a topic's log.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) topic_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) seq: i64,
    /// Milliseconds since 1970.
    pub(crate) at: i64,
    /// [`MESSAGE`], or a kind of a later version.
    pub(crate) kind: i16,
    pub(crate) author: Uuid,
    pub(crate) author_name: String,
    pub(crate) unverified: bool,
    pub(crate) draft: Uuid,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) body: String,
}

/// The kind of a message.
pub(crate) const MESSAGE: i16 = 1;

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
