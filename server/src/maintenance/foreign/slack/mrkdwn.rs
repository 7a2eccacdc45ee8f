//! Slack's texts as Markdown.
//!
//! <https://docs.slack.dev/messaging/formatting-message-text>

use std::collections::HashSet;

use super::{emphasis::markers, workspace::Workspace};
use crate::maintenance::foreign::events::ForeignPerson;

const ENTITIES: [(&str, &str); 3] = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];

/// Converts the texts of a message, and collects the people whom they mention.
pub(super) struct MrkdwnConverter<'a> {
    workspace: &'a Workspace,
    pub(super) mentions: Vec<ForeignPerson>,
}

/// Returns a text without formatting.
pub(super) fn plain(workspace: &Workspace, text: &str) -> String {
    MrkdwnConverter::new(workspace).rewrite(text, true)
}

impl<'a> MrkdwnConverter<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, mentions: Vec::new() }
    }

    pub(super) fn markdown(&mut self, text: &str) -> String {
        let mut markdown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, code, after)) = next_code(rest) {
            markdown.push_str(&self.rewrite(before, false));
            markdown.push_str(&self.rewrite(code, true));
            rest = after;
        }
        markdown + &self.rewrite(rest, false)
    }

    /// In code, nothing formats, but Slack marks links and mentions there as well.
    fn rewrite(&mut self, text: &str, is_code: bool) -> String {
        let doubled = if is_code { HashSet::new() } else { markers(text) };
        let mut written = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let (length, piece) = self.piece(rest, is_code);
            written.push_str(&piece);
            if doubled.contains(&at) {
                written.push_str(&piece);
            }
            at += length;
        }
        written
    }

    /// Returns the length of the first token, entity or character, and what it becomes.
    fn piece(&mut self, rest: &str, is_code: bool) -> (usize, String) {
        if let Some(token) = token_at(rest) {
            return (token.len() + 2, self.token(token, is_code));
        }
        if let Some((entity, c)) = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity)) {
            return (entity.len(), (*c).to_owned());
        }
        rest.chars().next().map_or((1, String::new()), |c| (c.len_utf8(), c.to_string()))
    }

    fn token(&mut self, token: &str, is_code: bool) -> String {
        let (target, label) = token.split_once('|').unwrap_or((token, ""));
        let label = Some(unescape(label)).filter(|label| !label.trim().is_empty());
        if let Some(id) = target.strip_prefix('@') {
            return self.mention(id, label);
        }
        if let Some(id) = target.strip_prefix('#') {
            let name = label.or_else(|| self.workspace.channel_name(id).map(str::to_owned));
            return format!("#{}", name.unwrap_or_else(|| id.to_owned()));
        }
        if let Some(command) = target.strip_prefix('!') {
            let name = command.split('^').next().unwrap_or_default();
            return label.unwrap_or_else(|| format!("@{name}"));
        }
        link(&unescape(target), label.as_deref().filter(|_| !is_code))
    }

    fn mention(&mut self, id: &str, label: Option<String>) -> String {
        let Some(person) = self.workspace.known_person(id) else {
            return format!("@{}", label.unwrap_or_else(|| id.to_owned()));
        };
        if !self.mentions.contains(person) {
            self.mentions.push(person.clone());
        }
        format!("@{}", person.name)
    }
}

/// Returns a link of Markdown, or its label and address where Markdown has no such link.
pub(super) fn link(url: &str, label: Option<&str>) -> String {
    let address = url.strip_prefix("mailto:").or_else(|| url.strip_prefix("tel:")).unwrap_or(url);
    let is_link = ["http://", "https://", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    match label.filter(|label| *label != address && *label != bare) {
        None => address.to_owned(),
        Some(label) if is_link && !label.contains(['[', ']', '\n']) && !url.contains(['(', ')', ' ']) => {
            format!("[{label}]({url})")
        }
        Some(label) => format!("{label}: {address}"),
    }
}

/// Returns the inside of a token at the beginning of a text.
fn token_at(rest: &str) -> Option<&str> {
    let inside = rest.strip_prefix('<')?;
    // A text of many `<` takes no more time than another: each is looked at up to the next one.
    let (token, end) = inside.split_at_checked(inside.find(['<', '>', '\n'])?)?;
    Some(token).filter(|token| !token.is_empty() && end.starts_with('>'))
}

fn unescape(text: &str) -> String {
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}

/// Returns the text before the first code, the code with its backticks, and the rest.
fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('`').find_map(|(start, _)| {
        let from = text.get(start..)?;
        let fence = if from.starts_with("```") { "```" } else { "`" };
        let inside = from.get(fence.len()..)?;
        let length = inside.find(fence).filter(|length| *length > 0)?;
        let is_broken = fence.len() == 1 && inside.get(..length)?.contains('\n');
        let end = start + 2 * fence.len() + length;
        if is_broken { None } else { Some((text.get(..start)?, text.get(start..end)?, text.get(end..)?)) }
    })
}

#[cfg(test)]
mod tests;
