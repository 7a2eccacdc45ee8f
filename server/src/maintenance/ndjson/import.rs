//! `chorus import`.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use app::protocol::About;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter, sea_query::Expr,
};

use super::{
    BATCH_EVENTS,
    changes::apply,
    input::{Lines, lines_of},
    line::{EventLine, FORMAT, Kind, Line, LineCounts, TopicLine, check_epoch},
};
use crate::{
    database::{BoundedTransaction, Database},
    event_log::{
        entity::{event, store, topic},
        instance, write_watermark,
    },
    maintenance::progress::Progress,
};

/// Queues all messages for PostgreSQL's search index. SQLite's begins at `topic.indexed`, which is 0 in a new topic.
const FILL_INDEX: &str = "INSERT INTO search_fill (topic_id, seq, until) SELECT id, 0, head FROM topic WHERE head > 0 \
    ON CONFLICT (topic_id) DO UPDATE SET seq = 0, until = excluded.until";

/// Stores the events of an export. Returns a line about them.
///
/// Errors: a server uses the database; it holds another chat, or another event in an event's place; the file is no export, or it
/// has no end. All batches before the error are stored.
pub async fn import_ndjson(url: &str, file: &Path) -> anyhow::Result<String> {
    let lines = lines_of(file)?;
    let database = Database::open_offline(url).await?;
    let imported = import(&database, lines).await;
    database.close().await;
    imported
}

async fn import(database: &Database, lines: Lines) -> anyhow::Result<String> {
    database.migrate().await?;
    database.refuse_half_moved().await?;
    let mut import = Import::new(database);
    let taken = import.take_all(lines).await;
    let ended = import.is_ended;
    // Batches before an error are stored, so they are indexed as well.
    let finished = import.finish().await;
    taken?;
    let Counts { stored, skipped } = finished?;
    ensure!(
        ended,
        "the file ends before the export does: {stored} events stored; export the rest with --after"
    );
    Ok(format!("Imported {stored} events; {skipped} were there already"))
}

#[derive(Default)]
struct Counts {
    stored: u64,
    skipped: u64,
}

struct Import<'a> {
    database: &'a Database,
    is_begun: bool,
    is_ended: bool,
    /// Events of one topic, in order.
    batch: Vec<EventLine>,
    counts: Counts,
    lines: LineCounts,
    progress: Progress,
}

impl<'a> Import<'a> {
    fn new(database: &'a Database) -> Self {
        Self {
            database,
            is_begun: false,
            is_ended: false,
            batch: Vec::new(),
            counts: Counts::default(),
            lines: LineCounts::default(),
            progress: Progress::new(),
        }
    }

    async fn take_all(&mut self, mut lines: Lines) -> anyhow::Result<()> {
        let mut number = 0_u64;
        while let Some(line) = lines.recv().await {
            number += 1;
            let failed = || format!("line {number}");
            let line = line.with_context(failed)?;
            let line = serde_json::from_slice(&line).with_context(failed)?;
            self.take(line).await.with_context(failed)?;
        }
        Ok(())
    }

    async fn take(&mut self, line: Line) -> anyhow::Result<()> {
        ensure!(self.is_begun || matches!(line, Line::Header { .. }), "an export begins with a header");
        self.is_ended = matches!(line, Line::End { .. });
        self.lines.add(&line);
        match line {
            Line::Header { format, epoch } => self.begin(format, &epoch).await,
            Line::Topic(topic) => {
                self.flush().await?;
                create_topic(self.database, &topic).await
            }
            Line::Event(event) => self.take_event(*event).await,
            Line::End { counts } => self.end(counts).await,
        }
    }

    async fn begin(&mut self, format: u32, epoch: &str) -> anyhow::Result<()> {
        ensure!(format == FORMAT, "the format is {format}, and this version reads {FORMAT}");
        check_epoch(epoch)?;
        adopt_epoch(self.database, epoch).await?;
        self.is_begun = true;
        Ok(())
    }

    /// Errors: lines are missing.
    async fn end(&mut self, counts: Option<LineCounts>) -> anyhow::Result<()> {
        self.flush().await?;
        if let Some(LineCounts { topics, events }) = counts.filter(|counts| *counts != self.lines) {
            bail!(
                "the export has {events} events of {topics} topics, and the file {} of {}",
                self.lines.events,
                self.lines.topics
            );
        }
        Ok(())
    }

    async fn take_event(&mut self, event: EventLine) -> anyhow::Result<()> {
        event.check()?;
        let is_other = self.batch.last().is_some_and(|last| last.topic != event.topic);
        if is_other || self.batch.len() >= BATCH_EVENTS {
            self.flush().await?;
        }
        self.batch.push(event);
        Ok(())
    }

    async fn flush(&mut self) -> anyhow::Result<()> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let transaction = self.database.begin().await?;
        let stored = store_batch(&transaction, &batch).await?;
        transaction.commit().await?;
        self.counts.stored += stored;
        self.counts.skipped += batch.len() as u64 - stored;
        let done = self.counts.stored + self.counts.skipped;
        self.progress.update(|| format!("{done} events"));
        Ok(())
    }

    async fn finish(mut self) -> anyhow::Result<Counts> {
        self.flush().await?;
        if !self.is_begun {
            return Ok(self.counts);
        }
        finish_import(self.database).await?;
        Ok(self.counts)
    }
}

/// Prepares a database for a server. An import that was interrupted after its last batch has stored all events and indexed none.
pub(in crate::maintenance) async fn finish_import(database: &Database) -> anyhow::Result<()> {
    if database.is_shared() {
        database.write().execute_unprepared(FILL_INDEX).await?;
    }
    Ok(write_watermark(database).await?)
}

/// Gives an empty database the epoch of the export. Errors: it holds topics of another chat.
async fn adopt_epoch(database: &Database, epoch: &str) -> anyhow::Result<()> {
    if instance(database).await?.0 == epoch {
        return Ok(());
    }
    let topics = topic::Entity::find().count(database.read()).await?;
    ensure!(topics == 0, "{} holds another chat; give an empty database", database.name());
    store::Entity::update_many()
        .col_expr(store::Column::Epoch, Expr::value(epoch))
        .exec(database.write())
        .await?;
    Ok(())
}

async fn create_topic(database: &Database, line: &TopicLine) -> anyhow::Result<()> {
    let transaction = database.begin().await?;
    if let Some(topic) = find_topic(&transaction, &line.topic).await? {
        ensure!(topic.epoch == line.epoch, "the topic {} has another history here", line.topic);
        return Ok(());
    }
    let name: app::protocol::TopicName = line.topic.parse()?;
    check_epoch(&line.epoch)?;
    ensure!(line.created_at >= 0, "the time of the topic {name} is before 1970");
    About::parse(&line.title, &line.description)?;
    let row = topic::ActiveModel {
        name: Set(name.to_string()),
        epoch: Set(line.epoch.clone()),
        head: Set(0),
        messages: Set(0),
        active_at: Set(line.created_at),
        title: Set(line.title.clone()),
        description: Set(line.description.clone()),
        // The server fills it in when it starts.
        folded: Set(String::new()),
        created_at: Set(line.created_at),
        ..Default::default()
    };
    topic::Entity::insert(row).exec_without_returning(&transaction).await?;
    Ok(transaction.commit().await?)
}

async fn find_topic(
    connection: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<topic::Model>, sea_orm::DbErr> {
    topic::Entity::find().filter(topic::Column::Name.eq(name)).one(connection).await
}

/// Stores the events that the topic lacks, and returns their number.
async fn store_batch(transaction: &BoundedTransaction, batch: &[EventLine]) -> anyhow::Result<u64> {
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
