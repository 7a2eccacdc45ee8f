//! Slack's export: `channels.json`, `users.json`, and for each channel a folder with a file for each day.
//!
//! <https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports>

mod emphasis;
mod format;
mod message;
mod mrkdwn;
mod workspace;

use anyhow::ensure;

use super::{
    events::{EventGroup, ForeignTopic, events_of},
    folder::{ExportFolder, is_folder_name},
    report::EMPTY_CHANNELS,
    store::Importer,
};
use crate::maintenance::ndjson::BATCH_EVENTS;
use format::{SlackChannel, SlackMessage};
use message::foreign_message;
use workspace::Workspace;

pub(super) const CHANNELS_FILE: &str = "channels.json";

pub(super) async fn import(export: &ExportFolder, importer: &mut Importer<'_>) -> anyhow::Result<()> {
    let workspace = Workspace::read(export, &mut importer.report)?;
    for channel in &workspace.channels {
        import_channel(export, &workspace, channel, importer).await?;
    }
    Ok(())
}

/// Stores whole days, so that a channel of any length needs little memory.
async fn import_channel(
    export: &ExportFolder,
    workspace: &Workspace,
    channel: &SlackChannel,
    importer: &mut Importer<'_>,
) -> anyhow::Result<()> {
    ensure!(is_folder_name(&channel.name), "{CHANNELS_FILE}: the name {:?} is no folder's", channel.name);
    let topic = channel_topic(workspace, channel);
    let mut topic_id = None;
    let mut groups: Vec<EventGroup> = Vec::new();
    let mut files = export.files_of(&channel.name)?;
    files.retain(|file| is_day(file));
    for (index, file) in files.iter().enumerate() {
        groups.extend(day(export, workspace, channel, file, importer)?);
        let is_last = index + 1 == files.len();
        let events: usize = groups.iter().map(Vec::len).sum();
        if events >= BATCH_EVENTS || (is_last && events > 0) {
            let id = match topic_id {
                Some(id) => id,
                None => importer.topic(&topic).await?,
            };
            topic_id = Some(id);
            importer.store(id, std::mem::take(&mut groups)).await?;
        }
    }
    importer.report.note_many(EMPTY_CHANNELS, usize::from(topic_id.is_none()));
    Ok(())
}

/// Whether a file is that of a day, as `2023-11-14.json`. Others have no messages: canvases, for instance.
fn is_day(file: &str) -> bool {
    let bytes = file.strip_suffix(".json").unwrap_or_default().bytes();
    let pattern = "0000-00-00".bytes();
    bytes.len() == pattern.len()
        && bytes.zip(pattern).all(|(byte, of)| if of == b'0' { byte.is_ascii_digit() } else { byte == of })
}

/// Returns the events of a day's file.
fn day(
    export: &ExportFolder,
    workspace: &Workspace,
    channel: &SlackChannel,
    file: &str,
    importer: &mut Importer<'_>,
) -> anyhow::Result<Vec<EventGroup>> {
    let file = format!("{}/{file}", channel.name);
    let mut messages: Vec<SlackMessage> = export.read(&file)?;
    messages.sort_by(|a, b| (a.at(), &a.ts).cmp(&(b.at(), &b.ts)));
    let report = &mut importer.report;
    let mut groups = Vec::new();
    for message in &messages {
        let at = message.at();
        ensure!(at.is_some(), "{file}: a message has the time {:?}, which is none", message.ts);
        let message = foreign_message(workspace, channel, message, at.unwrap_or_default(), report);
        groups.extend(message.and_then(|message| events_of(&message, report)));
    }
    Ok(groups)
}

fn channel_topic(workspace: &Workspace, channel: &SlackChannel) -> ForeignTopic {
    let texts = [&channel.purpose, &channel.topic].map(|text| text.value.trim());
    let description = texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    ForeignTopic {
        key: format!("slack:{}", channel.id),
        title: channel.name.clone(),
        description: mrkdwn::plain(workspace, description),
        created_at: channel.created_at(),
        creator: workspace.slack(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_days_are_told_from_others() {
        assert!(is_day("2023-11-14.json"));
        for other in
            ["canvas_in_the_conversation.json", "2023-11-14", "2023-11-1a.json", "2023_11_14.json", ""]
        {
            assert!(!is_day(other), "{other}");
        }
    }
}
