//! `@Name`: whom it may mean, and whom it means.

use app::protocol::{Name, UserId};
use pulldown_cmark::{Event, Tag};

use super::{plain, render};
use crate::script::is_spaceless;

/// Somebody whom an `@` and their name mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentioned {
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub name: Name,
}

/// How many `@` of a message are looked at.
pub(super) const MOST: usize = 20;
/// How many words a name is thought to have.
const WORDS: usize = 4;
/// How many characters of a name in a script without spaces.
const CHARS: usize = 4;

/// The names that a message's `@` may mean, each once: of 1 to 4 words, with and without what ends them, for the first
/// 20 `@` outside of code and links. At most 15 for each.
pub fn names(body: &str) -> Vec<String> {
    let mut names = Vec::new();
    if !body.contains('@') {
        return names;
    }
    if !plain::may_mark(body, false) {
        collect(body, &mut MOST.clone(), &mut names);
        return names;
    }
    let mut left = MOST;
    let mut outside = 0_usize;
    for (event, _) in render::events(render::parser(body), body) {
        match event {
            Event::Start(tag) if outside > 0 || is_closed(&tag) => outside += 1,
            Event::End(_) if outside > 0 => outside -= 1,
            Event::Text(text) if outside == 0 => collect(&text, &mut left, &mut names),
            _ => {}
        }
    }
    names
}

/// Whether nobody is meant in there.
fn is_closed(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. })
}

fn collect(text: &str, left: &mut usize, names: &mut Vec<String>) {
    for (at, _) in text.match_indices('@') {
        let Some(fewer) = left.checked_sub(1) else { return };
        *left = fewer;
        if stands_free(text, at) {
            let after = text.get(at + 1..).unwrap_or_default();
            let line = after.split(['\n', '\t']).next().unwrap_or_default();
            candidates(line, &mut |name| {
                if !name.is_empty() && !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            });
        }
    }
}

/// What a name may be that begins here.
fn candidates(line: &str, take: &mut impl FnMut(&str)) {
    let ends = line.match_indices(' ').map(|(at, _)| at).chain([line.len()]).take(WORDS);
    let mut begin = 0;
    for end in ends {
        let (Some(whole), Some(word)) = (line.get(..end), line.get(begin..end)) else { return };
        if word.is_empty() || whole.chars().nth(Name::MAX_CHARS).is_some() {
            return;
        }
        take(whole);
        take(whole.trim_end_matches(|c: char| !c.is_alphanumeric()));
        let own = word.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.'));
        take(line.get(..begin + own.unwrap_or(word.len())).unwrap_or_default().trim_end());
        begin = end + 1;
    }
    let spaceless = line.char_indices().take(CHARS).take_while(|&(_, c)| is_spaceless(c));
    for (at, c) in spaceless {
        take(line.get(..at + c.len_utf8()).unwrap_or_default());
    }
}

/// Who is meant by the `@` at a place, and where their name ends. The longest name wins.
pub(super) fn at<'a>(text: &str, at: usize, known: &'a [Mentioned]) -> Option<(&'a Mentioned, usize)> {
    if !stands_free(text, at) {
        return None;
    }
    let after = text.get(at + 1..)?;
    let meant = known.iter().filter_map(|person| Some((person, begins(after, person.name.as_str())?)));
    meant.max_by_key(|&(_, length)| length).map(|(person, length)| (person, at + 1 + length))
}

/// An `@` in the middle of a word or an address means nobody.
fn stands_free(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|c| (c.is_alphanumeric() && !is_spaceless(c)) || matches!(c, '/' | '@'))
}

/// How many bytes of a text are this name, in whatever case, and no longer word.
fn begins(text: &str, name: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    for expected in name.chars() {
        let (_, c) = chars.next()?;
        if c != expected && !c.to_lowercase().eq(expected.to_lowercase()) {
            return None;
        }
    }
    let (end, next) = chars.next().map_or((text.len(), None), |(end, c)| (end, Some(c)));
    let last = text.get(..end).and_then(|name| name.chars().next_back());
    let goes_on = next.is_some_and(|c| c.is_alphanumeric() && !is_spaceless(c));
    (!goes_on || last.is_some_and(is_spaceless)).then_some(end)
}
