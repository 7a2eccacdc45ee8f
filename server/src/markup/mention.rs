//! `@Name`: whom it may mean, and whom it means.

use std::collections::{BTreeSet, HashMap, HashSet};

use app::protocol::{Name, UserId};
use unicode_normalization::char::is_combining_mark;

use crate::unicode_script::is_spaceless;

/// Somebody whom an `@` and their name mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentioned {
    /// Who.
    pub user: UserId,
    /// Their name, letter by letter as [`names`] found it in the text.
    pub name: String,
}

/// How many `@` of a message may mean somebody.
const MAX_MENTIONS: usize = 20;
/// Letters that follow an apostrophe and are no part of a name: `'s`, `'ll`.
const MAX_ENDING: usize = 2;

/// The names that a message's `@` may mean, each once: whatever follows one of the first 20, up to the end of any of its words. At
/// most [`Name::MAX_CHARS`] for each.
pub fn names(body: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut known = HashSet::new();
    for (at, _) in body.match_indices('@').filter(|(at, _)| stands_free(body, *at)).take(MAX_MENTIONS) {
        let after = body.get(at + 1..).unwrap_or_default();
        for end in ends(after) {
            let name = after.get(..end).unwrap_or_default();
            if known.insert(name) {
                found.push(name.to_owned());
            }
        }
    }
    found
}

/// Whom the names in a text mean.
#[derive(Default)]
pub(super) struct Names<'a> {
    users: HashMap<&'a str, UserId>,
    /// How long they are in bytes, the longest first: a text of nothing but `@` is looked at once for each.
    lengths: Vec<usize>,
}

impl<'a> Names<'a> {
    pub(super) fn new(mentions: &'a [Mentioned]) -> Self {
        let users: HashMap<_, _> =
            mentions.iter().map(|person| (person.name.as_str(), person.user)).collect();
        let lengths: BTreeSet<_> = users.keys().map(|name| name.len()).collect();
        Self { users, lengths: lengths.into_iter().rev().collect() }
    }

    /// Who is meant by the `@` at a place, and where their name ends. The longest name wins.
    pub(super) fn at(&self, text: &str, at: usize) -> Option<(UserId, usize)> {
        let after = text.get(at + 1..).filter(|_| !self.lengths.is_empty() && stands_free(text, at))?;
        self.lengths.iter().find_map(|length| {
            let (name, rest) = after.split_at_checked(*length)?;
            let user = self.users.get(name)?;
            let ends = !goes_on(name.chars().next_back()?, rest);
            ends.then_some((*user, at + 1 + length))
        })
    }
}

/// An `@` in the middle of a word or an address means nobody.
fn stands_free(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|c| (c.is_alphanumeric() && !is_spaceless(c)) || matches!(c, '/' | '@'))
}

/// Where a name may end that begins a text, in bytes, the shortest first.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    let begins = !text.starts_with(char::is_whitespace);
    let line = text.char_indices().take_while(move |(_, c)| begins && !matches!(c, '\n' | '\t'));
    line.take(Name::MAX_CHARS).filter_map(|(at, c)| {
        let end = at + c.len_utf8();
        (!c.is_whitespace() && !goes_on(c, text.get(end..)?)).then_some(end)
    })
}

/// Whether a name that ends with a character would end in the middle of a word, of an emoji or of a name like `a-b`.
fn goes_on(last: char, rest: &str) -> bool {
    let mut after = rest.chars();
    let Some(next) = after.next() else { return false };
    if is_combining_mark(next)
        || matches!(next, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
    {
        return true;
    }
    if last == '\u{200d}' {
        return true;
    }
    if !last.is_alphanumeric() || is_spaceless(last) {
        return false;
    }
    match next {
        '-' | '_' | '.' => after.next().is_some_and(|c| c.is_alphanumeric() && !is_spaceless(c)),
        '\'' | '’' => after.take(MAX_ENDING + 1).take_while(|c| c.is_alphanumeric()).count() > MAX_ENDING,
        _ => next.is_alphanumeric() && !is_spaceless(next),
    }
}
