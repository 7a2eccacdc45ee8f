//! A batch of events of one topic, which one transaction stores.

use anyhow::{Context, bail, ensure};
use app::protocol::About;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};

use super::topics::find_topic;
use crate::{
    database::BoundedTransaction,
    event_log::entity::{event, topic},
    maintenance::ndjson::{
        changes::apply,
        line::{EventLine, Kind},
    },
};

/// Stores the events that the topic lacks, and returns their number.
pub(super) async fn store_batch(
    transaction: &BoundedTransaction,
    batch: &[EventLine],
) -> anyhow::Result<u64> {
    let Some(first) = batch.first() else { return Ok(0) };
    let topic = find_topic(transaction, &first.topic).await?;
    let mut topic = topic.with_context(|| format!("no line describes the topic {}", first.topic))?;
    let known = batch.iter().take_while(|event| event.seq <= topic.head).count();
    let (known, new) = batch.split_at(known);
    compare(transaction, topic.id, known).await?;
    let mut rows = Vec::with_capacity(new.len());
    for event in new {
        ensure!(event.seq == topic.head + 1, "the event {} of {} is missing", topic.head + 1, topic.name);
        topic.head = event.seq;
        topic.messages += i64::from(event.kind.is_message());
        topic.active_at = event.at;
        describe(&mut topic, event);
        rows.push(event.row(topic.id, topic.messages));
    }
    if !rows.is_empty() {
        store_rows(transaction, topic, new, rows).await?;
    }
    Ok(new.len() as u64)
}

/// Errors: an event that is stored is not the one of the export.
async fn compare(transaction: &BoundedTransaction, topic_id: i64, known: &[EventLine]) -> anyhow::Result<()> {
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return Ok(()) };
    let stored = event::Entity::find()
        .filter(event::Column::TopicId.eq(topic_id))
        .filter(event::Column::Seq.between(first.seq, last.seq))
        .all(transaction)
        .await?;
    for (seq, event) in (first.seq..).zip(known) {
        ensure!(event.seq == seq, "the event {seq} of {} is missing", event.topic);
        let is_same = |row: &event::Model| {
            (row.seq, row.draft, row.author, row.at) == (event.seq, event.draft, event.author, event.at)
        };
        if !stored.iter().any(is_same) {
            bail!("another event than the export's is at {} of {}", event.seq, event.topic);
        }
    }
    Ok(())
}

/// Gives the topic the title and the description of an event that has them.
fn describe(topic: &mut topic::Model, event: &EventLine) {
    if event.kind != Kind::About {
        return;
    }
    if let Ok(about) = serde_json::from_str::<About>(&event.body) {
        topic.title = about.title().to_owned();
        topic.description = about.description().to_owned();
    }
}

async fn store_rows(
    transaction: &BoundedTransaction,
    topic: topic::Model,
    events: &[EventLine],
    rows: Vec<event::Model>,
) -> anyhow::Result<()> {
    let inserted = rows.iter().cloned().map(event::ActiveModel::from);
    event::Entity::insert_many(inserted).exec_without_returning(transaction).await?;
    for (event, row) in events.iter().zip(&rows) {
        apply(transaction, event, row).await?;
    }
    topic::ActiveModel::from(topic).reset_all().update(transaction).await?;
    Ok(())
}
