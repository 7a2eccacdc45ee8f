//! `chorus export --ndjson`.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Write, stdout},
    path::Path,
};

use anyhow::{Context, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    BATCH_EVENTS, STANDARD_STREAM,
    line::{EventLine, FORMAT, Line, TopicLine},
};
use crate::{
    config::EventPosition,
    database::{Database, path_in},
    event_log::{
        entity::{event, topic},
        instance,
    },
    maintenance::progress::{Progress, print},
};

/// Writes all events, or those after a position in the order of an export, to a file or to standard output.
///
/// Errors: the file exists, except with a position; there is no such topic; an event is of a later version.
pub async fn export_ndjson(url: &str, file: &Path, after: Option<&EventPosition>) -> anyhow::Result<()> {
    if !Database::is_postgres(url) {
        let source = path_in(url)?;
        source.metadata().with_context(|| format!("cannot read the database {}", source.display()))?;
    }
    let database = Database::open(url).await?;
    let exported = export(&database, file, after).await;
    database.close().await;
    exported
}

async fn export(database: &Database, file: &Path, after: Option<&EventPosition>) -> anyhow::Result<()> {
    refuse_other_schema(database).await?;
    database.refuse_half_moved().await?;
    let topics = topic::Entity::find().order_by_asc(topic::Column::Id).all(database.read()).await?;
    let first = first_topic(&topics, after)?;
    let mut output = Output::open(file, after.is_some())?;
    if after.is_none() {
        output.write(&[Line::Header { format: FORMAT, epoch: instance(database).await?.0 }])?;
    }
    let mut events = 0;
    for (index, topic) in topics.iter().enumerate().skip(first) {
        let resumed = after.filter(|_| index == first).map(|after| after.seq);
        events += export_topic(database, topic, resumed, &mut output).await?;
    }
    output.write(&[Line::End])?;
    output.sync()?;
    print(&format!("Exported {events} events of {} topics", topics.len() - first));
    Ok(())
}

/// An export reads tables as they are after all migrations, and changes none.
async fn refuse_other_schema(database: &Database) -> anyhow::Result<()> {
    let is_complete = database.migrations().await?.iter().all(|(_, is_applied)| *is_applied);
    if !is_complete {
        bail!("the database is of another version; run `chorus migrate up` first");
    }
    Ok(())
}

/// Returns the index of the topic to begin with.
fn first_topic(topics: &[topic::Model], after: Option<&EventPosition>) -> anyhow::Result<usize> {
    let Some(after) = after else { return Ok(0) };
    let found = topics.iter().position(|topic| topic.name == after.topic.as_str());
    found.with_context(|| format!("there is no topic {}; `chorus topic list` lists all topics", after.topic))
}

/// Exports the events of a topic after a position, or all and a line about the topic. Returns their number.
async fn export_topic(
    database: &Database,
    topic: &topic::Model,
    resumed: Option<i64>,
    output: &mut Output,
) -> anyhow::Result<u64> {
    if resumed.is_none() {
        output.write(&[Line::Topic(topic_line(topic))])?;
    }
    let mut after = resumed.unwrap_or(0);
    let mut progress = Progress::new();
    while after < topic.head {
        let rows = event::Entity::find()
            .filter(event::Column::TopicId.eq(topic.id))
            .filter(event::Column::Seq.gt(after))
            .filter(event::Column::Seq.lte(topic.head))
            .order_by_asc(event::Column::Seq)
            .limit(BATCH_EVENTS as u64)
            .all(database.read())
            .await?;
        let Some(last) = rows.last().map(|row| row.seq) else { break };
        output.write(&event_lines(topic, rows)?)?;
        after = last;
        progress.update(|| format!("Topic {}: {after} of {} events", topic.name, topic.head));
    }
    Ok(u64::try_from(after - resumed.unwrap_or(0)).unwrap_or(0))
}

fn topic_line(topic: &topic::Model) -> TopicLine {
    TopicLine {
        topic: topic.name.clone(),
        epoch: topic.epoch.clone(),
        title: topic.title.clone(),
        description: topic.description.clone(),
        created_at: topic.created_at,
    }
}

fn event_lines(topic: &topic::Model, rows: Vec<event::Model>) -> anyhow::Result<Vec<Line>> {
    let line = |row: event::Model| -> anyhow::Result<Line> {
        let seq = row.seq;
        let line = EventLine::of(&topic.name, row);
        let line = line.with_context(|| {
            format!("the event {seq} of {} is of a later version; update Chorus first", topic.name)
        })?;
        Ok(Line::Event(Box::new(line)))
    };
    rows.into_iter().map(line).collect()
}

/// Where lines go. Only whole lines are written, so that an export that ends early can be taken up.
enum Output {
    File(File),
    Stdout,
}

impl Output {
    fn open(file: &Path, is_resumed: bool) -> anyhow::Result<Self> {
        if file == Path::new(STANDARD_STREAM) {
            return Ok(Self::Stdout);
        }
        let mut options = OpenOptions::new();
        if is_resumed {
            options.append(true)
        } else {
            options.write(true).create_new(true)
        };
        match options.open(file) {
            Ok(file) => Ok(Self::File(file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                bail!("{} exists; give another name, or add to it with --after", file.display())
            }
            Err(error) => Err(error).with_context(|| format!("cannot write {}", file.display())),
        }
    }

    fn write(&mut self, lines: &[Line]) -> anyhow::Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        self.write_text(&text).context("cannot write the export")
    }

    fn write_text(&mut self, text: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout => stdout().lock().write_all(text),
            Self::File(file) => {
                let before = file.metadata()?.len();
                file.write_all(text).inspect_err(|_| {
                    // A full disk may have taken half a line.
                    let _ = file.set_len(before);
                })
            }
        }
    }

    fn sync(&self) -> io::Result<()> {
        match self {
            Self::Stdout => stdout().flush(),
            Self::File(file) => file.sync_all(),
        }
    }
}
