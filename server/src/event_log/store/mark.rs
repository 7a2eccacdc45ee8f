//! What a mark asks a database: whether an event stands at its place, and which one is the newest.

use app::protocol::DraftId;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    database::Database,
    event_log::{
        entity::{event, topic},
        mark::Named,
    },
};

/// Whether this very event is stored at its place.
pub(in crate::event_log) async fn stands(database: &Database, named: &Named) -> Result<bool, DbErr> {
    let of_name = topic::Column::Name.eq(named.topic.as_str());
    let topic = topic::Entity::find().filter(of_name).one(database.read()).await?;
    let (Some(topic), Ok(seq)) = (topic, i64::try_from(named.seq)) else { return Ok(false) };
    let event = event::Entity::find_by_id((topic.id, seq)).one(database.read()).await?;
    Ok(event.is_some_and(|event| event.draft == named.draft.0))
}

/// The newest event of the topic that was used last, as the clock had it then; none in an empty store.
pub(in crate::event_log) async fn newest(database: &Database) -> Result<Option<Named>, DbErr> {
    let newest = topic::Entity::find()
        .order_by_desc(topic::Column::ActiveAt)
        .order_by_desc(topic::Column::Id)
        .one(database.read())
        .await?;
    let Some(topic) = newest else { return Ok(None) };
    let event = event::Entity::find_by_id((topic.id, topic.head)).one(database.read()).await?;
    let (Some(event), Ok(name)) = (event, topic.name.parse()) else { return Ok(None) };
    Ok(Some(Named { topic: name, seq: event.seq as u64, draft: DraftId(event.draft) }))
}
