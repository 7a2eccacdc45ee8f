//! `chorus import` of the exports of other chats: Slack and Zulip, as unpacked folders.
//!
//! | module | contents |
//! |---|---|
//! | `folder` | reads files of an export, without leaving its folder |
//! | `id`, `text`, `emoji`, `topic_name` | conversions of ids, texts, reactions and names of channels; pure |
//! | `report` | counts everything that does not fit |
//! | `events` | the events that a message becomes |
//! | `store` | stores events that are not stored yet |
//! | `slack`, `zulip` | the formats |
//!
//! All ids are derived from those of the other chat, so a repeated import finds what it has stored.

mod emoji;
mod events;
mod folder;
mod id;
mod report;
mod slack;
mod store;
mod text;
mod topic_name;
mod zulip;

use std::path::Path;

use anyhow::bail;

use super::ndjson::finish_import;
use crate::database::Database;
use folder::ExportFolder;
use store::Importer;

/// Stores the public channels of an export. Returns lines about it.
///
/// Errors: a server uses the database; the folder is no export; a file is damaged. All batches before the error are stored.
pub(super) async fn import_folder(url: &str, folder: &Path) -> anyhow::Result<String> {
    let export = ExportFolder::open(folder);
    let is_slack = export.has(slack::CHANNELS_FILE);
    if !is_slack && !export.has(zulip::REALM_FILE) {
        bail!(
            "{} is no unpacked export: Slack's has {}, and Zulip's {}",
            folder.display(),
            slack::CHANNELS_FILE,
            zulip::REALM_FILE
        );
    }
    let database = Database::open_offline(url).await?;
    let imported = import(&database, &export, is_slack).await;
    database.close().await;
    imported
}

async fn import(database: &Database, export: &ExportFolder, is_slack: bool) -> anyhow::Result<String> {
    database.migrate().await?;
    database.refuse_half_moved().await?;
    let mut importer = Importer::new(database).await?;
    let taken = match is_slack {
        true => slack::import(export, &mut importer).await,
        false => zulip::import(export, &mut importer).await,
    };
    // Batches before an error are stored, so they are indexed as well.
    let finished = finish_import(database).await;
    taken?;
    finished?;
    Ok(importer.report.to_string())
}
