//! `chorus import`.

mod batch;
mod topics;

use std::path::Path;

use anyhow::{Context, bail, ensure};
use sea_orm::ConnectionTrait;

use super::{
    BATCH_EVENTS,
    input::{Lines, lines_of},
    line::{EventLine, FORMAT, Line, LineCounts, check_epoch},
};
use crate::{database::Database, event_log::write_watermark, maintenance::progress::Progress};
use batch::store_batch;
use topics::{adopt_epoch, create_topic};

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
