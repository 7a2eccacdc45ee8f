//! Stores the events of another chat that are not stored yet.

mod free_name;
mod placement;
mod stored;

use anyhow::Context;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{
    events::{EventGroup, ForeignTopic, about_event},
    id::id_of,
    report::{RENAMED_TOPICS, Report},
    text,
};
use crate::{
    clock::now,
    database::{BoundedTransaction, Database},
    event_log::{
        entity::{event, topic},
        instance,
    },
    maintenance::{
        ndjson::{BATCH_EVENTS, EventLine, apply},
        progress::Progress,
    },
};
use free_name::{FreeNames, find_topic};
use placement::Placement;
use stored::StoredDrafts;

pub(super) struct Importer<'a> {
    database: &'a Database,
    /// The epoch of new topics.
    epoch: String,
    /// The time of the import.
    now: i64,
    pub(super) report: Report,
    names: FreeNames,
    progress: Progress,
}

impl<'a> Importer<'a> {
    pub(super) async fn new(database: &'a Database) -> anyhow::Result<Self> {
        let epoch = instance(database).await?.0;
        let now = i64::try_from(now().0)?;
        let report = Report::default();
        Ok(Self { database, epoch, now, report, names: FreeNames::default(), progress: Progress::new() })
    }

    /// Returns the id of a channel's topic, and creates it unless an earlier import has done so.
    pub(super) async fn topic(&mut self, topic: &ForeignTopic) -> anyhow::Result<i64> {
        let transaction = self.database.begin().await?;
        let found = event::Entity::find()
            .filter(event::Column::Draft.eq(id_of(&topic.key)))
            .filter(event::Column::Author.eq(topic.creator.user))
            .one(&transaction)
            .await?;
        if let Some(first) = found {
            self.report.known += 1;
            return Ok(first.topic_id);
        }
        let name = self.names.next(&transaction, topic).await?;
        let title = if name.as_str() == topic.title { "" } else { topic.title.as_str() };
        self.report.note_many(RENAMED_TOPICS, usize::from(!title.is_empty()));
        let about = text::about(title, &topic.description, &mut self.report);
        let created_at = topic.created_at.min(self.now);
        let row = topic::ActiveModel {
            name: Set(name.to_string()),
            epoch: Set(self.epoch.clone()),
            head: Set(1),
            messages: Set(0),
            active_at: Set(created_at),
            title: Set(about.title().to_owned()),
            description: Set(about.description().to_owned()),
            // The server fills it in when it starts.
            folded: Set(String::new()),
            created_at: Set(created_at),
            ..Default::default()
        };
        topic::Entity::insert(row).exec_without_returning(&transaction).await?;
        let created = find_topic(&transaction, &name).await?.context("the new topic is not there")?;
        let first = EventLine { seq: 1, at: created_at, ..about_event(topic, &about) }.row(created.id, 0);
        event::Entity::insert(event::ActiveModel::from(first)).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        self.report.stored += 1;
        Ok(created.id)
    }

    /// Stores the events that a topic lacks, in transactions of about [`BATCH_EVENTS`].
    pub(super) async fn store(&mut self, topic_id: i64, groups: Vec<EventGroup>) -> anyhow::Result<()> {
        let mut batch = Vec::new();
        let mut events = 0;
        for group in groups {
            events += group.len();
            batch.push(group);
            if events >= BATCH_EVENTS {
                self.store_batch(topic_id, std::mem::take(&mut batch)).await?;
                events = 0;
            }
        }
        self.store_batch(topic_id, batch).await
    }

    async fn store_batch(&mut self, topic_id: i64, batch: Vec<EventGroup>) -> anyhow::Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let transaction = self.database.begin().await?;
        let topic = topic::Entity::find_by_id(topic_id).one(&transaction).await?;
        let topic = topic.context("the topic was removed meanwhile")?;
        let stored = StoredDrafts::of(&transaction, topic_id, &batch).await?;
        let mut placement =
            Placement { topic, stored, rows: Vec::new(), now: self.now, report: &mut self.report };
        batch.into_iter().for_each(|group| placement.place(group));
        let Placement { topic, rows, .. } = placement;
        if !rows.is_empty() {
            store_rows(&transaction, topic, rows).await?;
            transaction.commit().await?;
        }
        let done = self.report.stored + self.report.known;
        self.progress.update(|| format!("{done} events"));
        Ok(())
    }
}

async fn store_rows(
    transaction: &BoundedTransaction,
    topic: topic::Model,
    events: Vec<(EventLine, event::Model)>,
) -> anyhow::Result<()> {
    for chunk in events.chunks(BATCH_EVENTS) {
        let rows = chunk.iter().map(|(_, row)| event::ActiveModel::from(row.clone()));
        event::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    }
    for (line, row) in &events {
        apply(transaction, line, row).await?;
    }
    topic::ActiveModel::from(topic).reset_all().update(transaction).await?;
    Ok(())
}
