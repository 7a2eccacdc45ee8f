//! Stores the events of another chat that are not stored yet.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, bail};
use app::protocol::TopicName;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::{
    events::{EventGroup, ForeignTopic, PlannedEvent, about_event},
    id::id_of,
    report::{CHANGED_LATER, LOST_REPLIES, RENAMED_TOPICS, Report},
    text,
    topic_name::candidates,
};
use crate::{
    database::{BoundedTransaction, Database},
    event_log::{
        entity::{event, topic},
        instance,
    },
    maintenance::{
        ndjson::{BATCH_EVENTS, EventLine, Kind, apply},
        progress::Progress,
    },
};

/// The version of the ids of people of other chats. Those of sessions have version 7.
const IMPORTED_VERSION: usize = 5;

pub(super) struct Importer<'a> {
    database: &'a Database,
    /// The epoch of new topics.
    epoch: String,
    pub(super) report: Report,
    progress: Progress,
}

impl<'a> Importer<'a> {
    pub(super) async fn new(database: &'a Database) -> anyhow::Result<Self> {
        let epoch = instance(database).await?.0;
        Ok(Self { database, epoch, report: Report::default(), progress: Progress::new() })
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
        let name = free_name(&transaction, topic).await?;
        let title = if name.as_str() == topic.title { "" } else { topic.title.as_str() };
        self.report.note_many(RENAMED_TOPICS, usize::from(!title.is_empty()));
        let about = text::about(title, &topic.description, &mut self.report);
        let row = topic::ActiveModel {
            name: Set(name.to_string()),
            epoch: Set(self.epoch.clone()),
            head: Set(1),
            messages: Set(0),
            active_at: Set(topic.created_at),
            title: Set(about.title().to_owned()),
            description: Set(about.description().to_owned()),
            // The server fills it in when it starts.
            folded: Set(String::new()),
            created_at: Set(topic.created_at),
            ..Default::default()
        };
        topic::Entity::insert(row).exec_without_returning(&transaction).await?;
        let created = find_topic(&transaction, &name).await?.context("the new topic is not there")?;
        let first = EventLine { seq: 1, ..about_event(topic, &about) }.row(created.id, 0);
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
        let known = stored_drafts(&transaction, topic_id, &batch).await?;
        let mut placement = Placement { topic, known, rows: Vec::new(), report: &mut self.report };
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

/// Gives new events their places at the end of a topic.
struct Placement<'a> {
    topic: topic::Model,
    /// The `seq` of each stored event, by its draft.
    known: HashMap<Uuid, i64>,
    rows: Vec<(EventLine, event::Model)>,
    report: &'a mut Report,
}

impl Placement<'_> {
    /// Of a message that is stored, only new reactions are added: its text is in the search index already.
    fn place(&mut self, group: EventGroup) {
        let is_new = group.first().is_some_and(|message| !self.known.contains_key(&message.line.draft));
        for event in group {
            if self.known.contains_key(&event.line.draft) {
                self.report.known += 1;
            } else if is_new || event.line.kind == Kind::Reaction {
                self.append(event);
            } else {
                self.report.note(CHANGED_LATER);
            }
        }
    }

    fn append(&mut self, PlannedEvent { mut line, target, reply_to }: PlannedEvent) {
        let seq_of = |draft: Option<Uuid>| self.known.get(&draft?).copied();
        line.message = seq_of(target);
        line.reply_to = seq_of(reply_to);
        if reply_to.is_some() && line.reply_to.is_none() {
            self.report.note(LOST_REPLIES);
        }
        self.topic.head += 1;
        self.topic.messages += i64::from(line.kind.is_message());
        self.topic.active_at = self.topic.active_at.max(line.at);
        line.seq = self.topic.head;
        self.known.insert(line.draft, line.seq);
        self.report.stored += 1;
        let row = line.row(self.topic.id, self.topic.messages);
        self.rows.push((line, row));
    }
}

/// Returns a name that no topic has.
async fn free_name(transaction: &BoundedTransaction, topic: &ForeignTopic) -> anyhow::Result<TopicName> {
    for name in candidates(&topic.title, &topic.key) {
        if find_topic(transaction, &name).await?.is_none() {
            return Ok(name);
        }
    }
    bail!("there is no name left for the channel {:?}", topic.title)
}

async fn find_topic(
    transaction: &BoundedTransaction,
    name: &TopicName,
) -> Result<Option<topic::Model>, DbErr> {
    topic::Entity::find().filter(topic::Column::Name.eq(name.as_str())).one(transaction).await
}

/// Returns the stored ones of the events of a batch, and of the messages that they reply to.
async fn stored_drafts(
    transaction: &BoundedTransaction,
    topic_id: i64,
    batch: &[EventGroup],
) -> Result<HashMap<Uuid, i64>, DbErr> {
    let drafts =
        batch.iter().flatten().flat_map(|event| event.reply_to.into_iter().chain([event.line.draft]));
    let drafts: Vec<Uuid> = drafts.collect::<HashSet<_>>().into_iter().collect();
    let mut stored = HashMap::new();
    for drafts in drafts.chunks(BATCH_EVENTS) {
        // The topic is compared below: with it, SQLite would read all events of the topic instead of the index of drafts.
        let rows: Vec<(Uuid, Uuid, i64, i64)> = event::Entity::find()
            .select_only()
            .columns([
                event::Column::Draft,
                event::Column::Author,
                event::Column::TopicId,
                event::Column::Seq,
            ])
            .filter(event::Column::Draft.is_in(drafts.iter().copied()))
            .into_tuple()
            .all(transaction)
            .await?;
        // A person of Chorus may have chosen such a draft.
        let is_imported = |author: &Uuid| author.get_version_num() == IMPORTED_VERSION;
        let own = rows.into_iter().filter(|(_, author, topic, _)| is_imported(author) && *topic == topic_id);
        stored.extend(own.map(|(draft, _, _, seq)| (draft, seq)));
    }
    Ok(stored)
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
