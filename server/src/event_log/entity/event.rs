//! The table `event`: one row per event of a topic's log.

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
    /// One of [`kind`], or a kind that a later version has stored.
    pub(crate) kind: i16,
    pub(crate) author: Uuid,
    pub(crate) author_name: String,
    pub(crate) unverified: bool,
    pub(crate) draft: Uuid,
    /// Empty once the text is removed: every event with the same draft counts as a retry then.
    pub(crate) fingerprint: Vec<u8>,
    /// The current text of a message; the text of an edit until a later one replaces it; the emoji of a reaction; the title and
    /// description of a topic as JSON.
    pub(crate) body: String,
    /// Of a change: the `seq` of the message that it changes.
    pub(crate) message: Option<i64>,
    /// Of a message: the `seq` of the event that set its current text; `None` while that is the message itself.
    pub(crate) revision: Option<i64>,
    /// The number of messages in the topic up to and including this event.
    pub(crate) messages: i64,
    /// Of a message: the `seq` of the message that it replies to.
    pub(crate) reply_to: Option<i64>,
    /// The text as sanitised HTML; `None` where it would say no more than the text.
    pub(crate) html: Option<String>,
    /// The concatenated UUIDs of the people whom the text mentions; `None` for nobody.
    pub(crate) mentions: Option<Vec<u8>>,
    /// The markup version of `html` ([`crate::markup::VERSION`]); `None` in rows from before versions were recorded.
    pub(crate) dialect: Option<i16>,
}

/// The values of the column `kind`.
pub(crate) mod kind {
    pub(crate) const MESSAGE: i16 = 1;
    /// A message that its author deleted.
    pub(crate) const TOMBSTONE: i16 = 2;
    pub(crate) const EDIT: i16 = 3;
    pub(crate) const DELETION: i16 = 4;
    pub(crate) const REACTION: i16 = 5;
    /// The removal of a reaction.
    pub(crate) const NO_REACTION: i16 = 6;
    /// A new title or description of the topic.
    pub(crate) const ABOUT: i16 = 7;
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
