//! Zulip's Markdown as that of Chorus. Most of it is the same; mentions, links to channels and quotes are not.
//!
//! <https://zulip.com/help/format-your-message-using-markdown>

use super::realm::Realm;
use crate::maintenance::foreign::events::ForeignPerson;

/// Beginnings of mentions and links to channels, and the sign that Chorus writes before their name. Each ends at [`END`].
const TOKENS: [(&str, &str); 3] = [("@**", "@"), ("@_**", ""), ("#**", "#")];
const END: &str = "**";
/// A group of people.
const GROUP: &str = "@*";
/// Quotes in quotes that are converted. Chorus nests as many.
const MAX_QUOTE_DEPTH: usize = 10;

/// Converts the text of a message, and collects the people whom it mentions.
pub(super) struct MarkdownConverter<'a> {
    realm: &'a Realm,
    pub(super) mentions: Vec<ForeignPerson>,
}

/// A fence that opens a block.
struct Fence<'a> {
    marker: &'a str,
    info: &'a str,
}

impl<'a> MarkdownConverter<'a> {
    pub(super) fn new(realm: &'a Realm) -> Self {
        Self { realm, mentions: Vec::new() }
    }

    pub(super) fn markdown(&mut self, text: &str) -> String {
        self.lines(&text.lines().collect::<Vec<_>>(), 0).join("\n")
    }

    fn lines(&mut self, lines: &[&str], depth: usize) -> Vec<String> {
        let mut written = Vec::new();
        let mut rest = lines;
        while let Some((line, after)) = rest.split_first() {
            rest = after;
            let Some(fence) = fence_of(line) else {
                written.push(self.line(line));
                continue;
            };
            let length = after.iter().position(|line| closes(line, fence.marker)).unwrap_or(after.len());
            let (inside, after) = after.split_at(length);
            let closing = after.first().copied();
            rest = after.split_first().map(|(_, after)| after).unwrap_or_default();
            written.extend(self.block(&fence, line, inside, closing, depth));
        }
        written
    }

    /// A quote, or code, which stays as it is.
    fn block(
        &mut self,
        fence: &Fence<'_>,
        opening: &str,
        inside: &[&str],
        closing: Option<&str>,
        depth: usize,
    ) -> Vec<String> {
        let title = fence.info.strip_prefix("spoiler").map(str::trim);
        if (fence.info != "quote" && title.is_none()) || depth >= MAX_QUOTE_DEPTH {
            let code = [opening].into_iter().chain(inside.iter().copied()).chain(closing);
            return code.map(str::to_owned).collect();
        }
        let title = title.filter(|title| !title.is_empty()).map(|title| self.line(title));
        let lines = title.into_iter().chain(self.lines(inside, depth + 1));
        lines.map(|line| format!("> {line}")).collect()
    }

    /// Converts the text outside of backticks.
    fn line(&mut self, line: &str) -> String {
        let parts: Vec<&str> = line.split('`').collect();
        let last = parts.len() - 1;
        let parts = parts.iter().enumerate().map(|(index, part)| {
            let is_code = index % 2 == 1 && index < last;
            if is_code { (*part).to_owned() } else { self.words(part) }
        });
        parts.collect::<Vec<_>>().join("`")
    }

    fn words(&mut self, text: &str) -> String {
        let mut written = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['@', '#']) {
            let (before, from) = rest.split_at(at);
            written.push_str(before);
            let (length, piece) =
                self.token(from).unwrap_or_else(|| (1, from.get(..1).unwrap_or_default().to_owned()));
            written.push_str(&piece);
            rest = from.get(length..).unwrap_or_default();
        }
        written + rest
    }

    /// Returns the length of the token at the beginning of a text, and what it becomes.
    fn token(&mut self, text: &str) -> Option<(usize, String)> {
        for (start, sign) in TOKENS {
            if let Some((name, length)) = between(text, start, END) {
                let is_mention = start.starts_with('@');
                let shown = if is_mention { self.mention(name, !sign.is_empty()) } else { name.to_owned() };
                return Some((length, format!("{sign}{shown}")));
            }
        }
        let (name, length) = between(text, GROUP, "*")?;
        Some((length, format!("@{name}")))
    }

    /// `Ann`, or `Ann|12` with the id of the person. A silent mention notifies nobody.
    fn mention(&mut self, name: &str, notifies: bool) -> String {
        let (shown, id) = name.rsplit_once('|').unwrap_or((name, ""));
        let by_id = id.parse::<i64>().ok().and_then(|id| self.realm.known_person(id));
        let Some(person) = by_id.or_else(|| self.realm.person_named(shown)) else { return shown.to_owned() };
        if notifies && !self.mentions.contains(person) {
            self.mentions.push(person.clone());
        }
        person.name.to_string()
    }
}

/// Returns the text between two signs on a line, and the length of all.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<(&'t str, usize)> {
    let (inside, _) = text.strip_prefix(start)?.split_once(end)?;
    let is_name = !inside.trim().is_empty() && !inside.starts_with('*');
    is_name.then_some((inside, start.len() + inside.len() + end.len()))
}

/// Returns `None` for a line that opens no block.
fn fence_of(line: &str) -> Option<Fence<'_>> {
    let line = line.trim();
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(sign);
    let marker = line.get(..line.len() - info.len())?;
    (marker.len() >= 3 && !info.contains('`')).then_some(Fence { marker, info: info.trim() })
}

/// Whether a line closes a block.
fn closes(line: &str, marker: &str) -> bool {
    let rest = line.trim().strip_prefix(marker);
    rest.is_some_and(|rest| {
        marker.chars().next().is_some_and(|sign| rest.trim_start_matches(sign).is_empty())
    })
}

#[cfg(test)]
mod tests;
