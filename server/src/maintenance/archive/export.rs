//! Writes the pages of an archive.

use std::{collections::HashSet, path::Path};

use anyhow::{Context, ensure};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    INDEX_TOPICS, PAGE_MESSAGES,
    folder::ArchiveFolder,
    index::{index_file, index_page},
    page_file,
    read::{ArchivedTopic, quoted_messages, read_messages},
    style::{STYLE_FILE, style_sheet},
    topic_page::topic_page,
};
use crate::{
    database::Database,
    event_log::entity::topic,
    maintenance::{
        progress::{Progress, print},
        source::read_from,
    },
};

/// Writes all topics with messages as pages of HTML. An archive in the folder is replaced, page by page.
///
/// Errors: the folder holds something else; messages are missing in the database. Pages before the error are written.
pub async fn export_html(url: &str, folder: &Path) -> anyhow::Result<()> {
    read_from(url, async |database| export(database, folder).await).await
}

async fn export(database: &Database, folder: &Path) -> anyhow::Result<()> {
    let topics = read_topics(database).await?;
    let mut archive = ArchiveFolder::open(folder)?;
    archive.write(STYLE_FILE, &style_sheet())?;
    for topic in &topics {
        export_topic(database, topic, &mut archive).await?;
    }
    archive.keep_topics(&topics.iter().map(|topic| topic.name.as_str()).collect::<HashSet<_>>())?;
    write_index(&topics, &mut archive)?;
    let messages: u64 = topics.iter().map(|topic| topic.messages).sum();
    print(&format!(
        "Archived {messages} messages of {} topics; {} files are new or changed",
        topics.len(),
        archive.written()
    ));
    Ok(())
}

/// Returns the topics that have messages, by name.
async fn read_topics(database: &Database) -> anyhow::Result<Vec<ArchivedTopic>> {
    let topics = topic::Entity::find()
        .filter(topic::Column::Messages.gt(0))
        .order_by_asc(topic::Column::Name)
        .all(database.read())
        .await?;
    topics.into_iter().map(ArchivedTopic::of).collect()
}

async fn export_topic(
    database: &Database,
    topic: &ArchivedTopic,
    archive: &mut ArchiveFolder,
) -> anyhow::Result<()> {
    let folder = archive.create_topic(topic.name.as_str())?;
    let pages = topic.pages();
    let mut progress = Progress::new();
    let mut after = 0;
    for page in 1..=pages {
        let wanted = PAGE_MESSAGES.min(topic.messages - (page - 1) * PAGE_MESSAGES);
        let messages = read_messages(database, topic, after, wanted).await?;
        ensure!(
            messages.len() as u64 == wanted,
            "the topic {} lacks messages after the event {after}",
            topic.name
        );
        let quoted = quoted_messages(database, topic, &messages).await?;
        archive
            .write(&format!("{folder}/{}", page_file(page)), &topic_page(topic, page, &messages, &quoted))?;
        after = messages.last().context("a page has messages")?.seq;
        progress.update(|| format!("Topic {}: page {page} of {pages}", topic.name));
    }
    archive.keep_pages(&folder, pages)
}

fn write_index(topics: &[ArchivedTopic], archive: &mut ArchiveFolder) -> anyhow::Result<()> {
    let pages = topics.len().div_ceil(INDEX_TOPICS).max(1) as u64;
    for page in 1..=pages {
        let first = (page - 1) as usize * INDEX_TOPICS;
        let shown = topics.iter().skip(first).take(INDEX_TOPICS).collect::<Vec<_>>();
        archive.write(&index_file(page), &index_page(&shown, page, pages))?;
    }
    archive.keep_index_pages(pages)
}
