//! `chorus export --ndjson`.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    BATCH_EVENTS,
    line::{EventLine, FORMAT, Line, TopicLine},
    output::Output,
};
use crate::{
    config::EventPosition,
    database::Database,
    event_log::entity::{event, store, topic},
    maintenance::{
        progress::{Progress, print},
        source::read_from,
    },
};

/// Writes all events, or those after a position in the order of an export, to a file or to standard output.
///
/// Errors: the file exists, except with a position, at which it must end; there is no such event; an event is missing or of a later
/// version.
pub async fn export_ndjson(url: &str, file: &Path, after: Option<&EventPosition>) -> anyhow::Result<()> {
    read_from(url, async |database| export(database, file, after).await).await
}

async fn export(database: &Database, file: &Path, after: Option<&EventPosition>) -> anyhow::Result<()> {
    let topics = topic::Entity::find().order_by_asc(topic::Column::Id).all(database.read()).await?;
    let first = first_topic(&topics, after)?;
    let mut output = Output::open(file, after)?;
    if after.is_none() {
        output.write(&[Line::Header { format: FORMAT, epoch: epoch(database).await? }])?;
    }
    let mut events = 0;
    for (index, topic) in topics.iter().enumerate().skip(first) {
        let resumed = after.filter(|_| index == first).map(|after| after.seq);
        events += export_topic(database, topic, resumed, &mut output).await?;
    }
    output.end()?;
    print(&format!("Exported {events} events of {} topics", topics.len() - first));
    Ok(())
}

/// The epoch of new topics. An export only reads, so it gives none to a database that no server has used.
async fn epoch(database: &Database) -> anyhow::Result<String> {
    let row = store::Entity::find_by_id(store::ONLY_ID).one(database.read()).await?;
    Ok(row.context("the database holds no chat yet")?.epoch)
}

/// Returns the index of the topic to begin with.
fn first_topic(topics: &[topic::Model], after: Option<&EventPosition>) -> anyhow::Result<usize> {
    let Some(after) = after else { return Ok(0) };
    let found = topics.iter().enumerate().find(|(_, topic)| topic.name == after.topic.as_str());
    let (index, topic) = found.with_context(|| {
        format!("there is no topic {}; `chorus topic list` lists all topics", after.topic)
    })?;
    ensure!(after.seq <= topic.head, "the topic {} has only {} events", after.topic, topic.head);
    Ok(index)
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
        let Some(last) = rows.last().map(|row| row.seq) else {
            bail!("the topic {} lacks the events after {after}", topic.name);
        };
        for (seq, row) in (after + 1..).zip(&rows) {
            ensure!(row.seq == seq, "the topic {} lacks the event {seq}", topic.name);
        }
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
