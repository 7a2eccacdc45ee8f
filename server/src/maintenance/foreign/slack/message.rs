//! A message of Slack as one of Chorus.

use super::{
    format::{Attachment, SlackChannel, SlackFile, SlackMessage, SlackReaction},
    mrkdwn::{MrkdwnConverter, link},
    workspace::Workspace,
};
use crate::maintenance::foreign::{
    emoji::emoji_named,
    events::{ForeignMessage, ForeignPerson},
    id::id_of,
    report::{FILES, Report, UNKNOWN_EMOJI, UNKNOWN_KINDS, UNNAMED_REACTIONS},
    text::person_name,
};

/// Subtypes of messages that people or programs wrote.
const MESSAGES: [&str; 9] = [
    "bot_message",
    "me_message",
    "file_share",
    "file_comment",
    "file_mention",
    "thread_broadcast",
    "reply_broadcast",
    "slackbot_response",
    "tombstone",
];
/// Beginnings of the subtypes of messages that Slack wrote about a channel.
const NOTICES: [&str; 10] = [
    "channel_",
    "group_",
    "pinned_item",
    "unpinned_item",
    "bot_add",
    "bot_remove",
    "bot_enable",
    "bot_disable",
    "reminder_",
    "sh_room_",
];
/// The longest subtype that the report names.
const MAX_SUBTYPE_BYTES: usize = 40;
/// The rest of a deleted message that has replies.
const DELETED: &str = "tombstone";

/// Returns `None` for a message that Slack wrote, which is counted.
pub(super) fn foreign_message(
    workspace: &Workspace,
    channel: &SlackChannel,
    message: &SlackMessage,
    at: i64,
    report: &mut Report,
) -> Option<ForeignMessage> {
    let subtype = message.subtype.as_deref().unwrap_or_default();
    if NOTICES.iter().any(|notice| subtype.starts_with(notice)) {
        report.note(&format!("notices of the kind {} left out", printable(subtype)));
        return None;
    }
    if !subtype.is_empty() && !MESSAGES.contains(&subtype) {
        report.note(&format!("{UNKNOWN_KINDS} ({})", printable(subtype)));
    }
    let is_deleted = subtype == DELETED;
    let mut converter = MrkdwnConverter::new(workspace);
    let text = text(&mut converter, message, report);
    let key = |ts: &str| format!("slack:{}:{ts}", channel.id);
    let reply_to = message.thread_ts.as_deref().filter(|ts| *ts != message.ts);
    let reactions = message.reactions.iter().flatten().filter(|_| !is_deleted);
    Some(ForeignMessage {
        key: key(&message.ts),
        at,
        author: author(workspace, message, report),
        text,
        mentions: converter.mentions,
        reply_to: reply_to.map(key),
        edited_at: message.edited_at().filter(|_| !is_deleted),
        is_deleted,
        reactions: reactions.flat_map(|reaction| reactions_of(workspace, reaction, report)).collect(),
    })
}

/// Returns a subtype for the report. An export may have anything in its place, also codes that move a terminal's cursor.
fn printable(subtype: &str) -> &str {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_short = subtype.len() <= MAX_SUBTYPE_BYTES;
    if is_short && subtype.bytes().all(is_word) { subtype } else { "another name" }
}

/// Programs write under names of their own.
fn author(workspace: &Workspace, message: &SlackMessage, report: &mut Report) -> ForeignPerson {
    let is_bot = message.subtype.as_deref() == Some("bot_message");
    if let Some(user) = message.user.as_deref().filter(|_| !is_bot) {
        return workspace.person(user, message.user_profile.as_ref(), report);
    }
    let id = message.bot_id.as_deref().or(message.user.as_deref()).unwrap_or_default();
    let of_profile = message.bot_profile.as_ref().and_then(|profile| profile.name.as_deref());
    let name = message.username.as_deref().or(of_profile).unwrap_or_default();
    let shown = if id.is_empty() { "bot" } else { id };
    ForeignPerson { user: id_of(&format!("slack:bot:{id}:{name}")), name: person_name(name, shown, report) }
}

/// The text, the attachments of programs, and links to files.
fn text(converter: &mut MrkdwnConverter<'_>, message: &SlackMessage, report: &mut Report) -> String {
    let written = converter.markdown(message.text.as_deref().unwrap_or_default());
    let is_action = message.subtype.as_deref() == Some("me_message") && !written.trim().contains(['\n', '_']);
    let written = if is_action { format!("_{}_", written.trim()) } else { written };
    let mut parts = vec![written];
    let attachments = message.attachments.iter().flatten().filter(|attachment| attachment.from_url.is_none());
    parts.extend(attachments.map(|attachment| attached(converter, attachment)));
    let files = message.files.iter().flatten();
    parts.extend(files.map(|file| {
        report.note(FILES);
        file_link(file)
    }));
    parts.retain(|part| !part.trim().is_empty());
    parts.join("\n")
}

/// An attachment as a quote.
fn attached(converter: &mut MrkdwnConverter<'_>, attachment: &Attachment) -> String {
    let title = attachment.title.as_deref().unwrap_or_default();
    let title = match attachment.title_link.as_deref().filter(|url| !url.is_empty()) {
        Some(url) => link(url, Some(title).filter(|title| !title.is_empty())),
        None => converter.markdown(title),
    };
    let pretext = converter.markdown(attachment.pretext.as_deref().unwrap_or_default());
    let text = converter.markdown(attachment.text.as_deref().unwrap_or_default());
    let mut parts = vec![pretext, title, text];
    parts.retain(|part| !part.trim().is_empty());
    if parts.is_empty() {
        parts.push(converter.markdown(attachment.fallback.as_deref().unwrap_or_default()));
    }
    let lines = parts.iter().flat_map(|part| part.lines()).map(|line| format!("> {line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A file that was deleted, or that Slack no longer shows, has neither name nor address.
fn file_link(SlackFile { title, name, permalink, url_private }: &SlackFile) -> String {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let label = filled(title).or_else(|| filled(name)).unwrap_or_else(|| "file".to_owned());
    let address = filled(permalink).or_else(|| filled(url_private));
    address.map_or_else(|| label.clone(), |url| link(&url, Some(&label)))
}

fn reactions_of(
    workspace: &Workspace,
    SlackReaction { name, users, count }: &SlackReaction,
    report: &mut Report,
) -> Vec<(app::protocol::Emoji, ForeignPerson)> {
    let Some(emoji) = emoji_named(name) else {
        report.note_many(UNKNOWN_EMOJI, users.len().max(*count));
        return Vec::new();
    };
    report.note_many(UNNAMED_REACTIONS, count.saturating_sub(users.len()));
    users.iter().map(|user| (emoji.clone(), workspace.person(user, None, report))).collect()
}

#[cfg(test)]
mod tests;
