//! The queries of the watermark: whether the database holds an event, and which event is the newest.

use app::protocol::{DraftId, EventIdentity, Timestamp};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    database::Database,
    event_log::{
        entity::{event, topic},
        event_ref::EventRef,
    },
};

/// Returns whether this very event is stored at its position.
pub(in crate::event_log) async fn contains_event(
    database: &Database,
    wanted: &EventRef,
) -> Result<bool, DbErr> {
    let of_name = topic::Column::Name.eq(wanted.topic.as_str());
    let topic = topic::Entity::find().filter(of_name).one(database.read()).await?;
    let (Some(topic), Ok(seq)) = (topic, i64::try_from(wanted.seq)) else { return Ok(false) };
    let event = event::Entity::find_by_id((topic.id, seq)).one(database.read()).await?;
    Ok(event.is_some_and(|event| wanted.is(identity(&event))))
}

/// Returns the newest event of the topic that was used last by the clock, or `None` in an empty store.
pub(in crate::event_log) async fn newest_event(database: &Database) -> Result<Option<EventRef>, DbErr> {
    let newest = topic::Entity::find()
        .order_by_desc(topic::Column::ActiveAt)
        .order_by_desc(topic::Column::Id)
        .one(database.read())
        .await?;
    let Some(topic) = newest else { return Ok(None) };
    let event = event::Entity::find_by_id((topic.id, topic.head)).one(database.read()).await?;
    let (Some(event), Ok(name)) = (event, topic.name.parse()) else { return Ok(None) };
    Ok(Some(EventRef::new(name, event.seq as u64, identity(&event))))
}

fn identity(event: &event::Model) -> EventIdentity {
    EventIdentity { draft: DraftId(event.draft), at: Timestamp(event.at as u64) }
}
