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
    /// One of [`kind`], or a kind of a later version.
    pub(crate) kind: i16,
    pub(crate) author: Uuid,
    pub(crate) author_name: String,
    pub(crate) unverified: bool,
    pub(crate) draft: Uuid,
    /// Empty when the text that it was made of is gone: anything that comes under the draft is a retry then.
    pub(crate) fingerprint: Vec<u8>,
    /// A message's text as it stands now, an edit's text while no later one replaced it, a reaction's emoji,
    /// what a topic is about as JSON.
    pub(crate) body: String,
    /// The `seq` of the message that a change is about.
    pub(crate) message: Option<i64>,
    /// Of a message: the `seq` of the event that wrote its text last; none while that is its own.
    pub(crate) revision: Option<i64>,
    /// How many messages the topic had had with this event.
    pub(crate) messages: i64,
    /// The `seq` of the message that a message answers.
    pub(crate) reply_to: Option<i64>,
    /// The text as sanitised HTML, where that says more.
    pub(crate) html: Option<String>,
    /// The UUIDs of those whom the text mentions, one after the other; none for nobody.
    pub(crate) mentions: Option<Vec<u8>>,
    /// The dialect that `html` was made in ([`crate::markup::DIALECT`]); none for those before it was noted.
    pub(crate) dialect: Option<i16>,
}

/// What `kind` says.
pub(crate) mod kind {
    pub(crate) const MESSAGE: i16 = 1;
    /// A message that its author took back.
    pub(crate) const TOMBSTONE: i16 = 2;
    pub(crate) const EDIT: i16 = 3;
    pub(crate) const DELETION: i16 = 4;
    pub(crate) const REACTION: i16 = 5;
    /// A reaction taken back.
    pub(crate) const NO_REACTION: i16 = 6;
    /// What the topic is about.
    pub(crate) const ABOUT: i16 = 7;
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
