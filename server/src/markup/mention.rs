//! Mentions: `@Name`.

use std::collections::{BTreeSet, HashMap, HashSet};

use app::protocol::{Name, UserId};
use unicode_normalization::char::is_combining_mark;

use crate::unicode_script::is_spaceless;

/// A person who is mentioned by an `@` and their name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionedPerson {
    pub user: UserId,
    /// The name exactly as [`candidate_names`] found it in the text.
    pub name: String,
}

/// How many `@` of a message are looked at.
const MAX_MENTIONS: usize = 20;
/// Letters after an apostrophe that are not part of a name: `'s`, `'ll`.
const MAX_ENDING_CHARS: usize = 2;

/// Returns the names that a message may mention, without duplicates: for each of the first [`MAX_MENTIONS`] `@`, the text after it
/// up to the end of each word. At most [`Name::MAX_CHARS`] names for each `@`.
pub fn candidate_names(body: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut known = HashSet::new();
    let mut previous = None;
    let candidates = body.match_indices('@').filter(|(at, _)| {
        let is_candidate = is_separate(body, *at) || may_follow(body, previous, *at);
        previous = if is_candidate { Some(*at) } else { previous };
        is_candidate
    });
    for (at, _) in candidates.take(MAX_MENTIONS) {
        let after = body.get(at + 1..).unwrap_or_default();
        for end in name_ends(after) {
            let name = after.get(..end).unwrap_or_default();
            if known.insert(name) {
                found.push(name.to_owned());
            }
        }
    }
    found
}

/// The people who are mentioned in a text, by name.
#[derive(Default)]
pub(super) struct Names<'a> {
    users: HashMap<&'a str, UserId>,
    /// The distinct lengths of the names in bytes, the longest first. Bounds the work for each `@`.
    lengths: Vec<usize>,
}

impl<'a> Names<'a> {
    pub(super) fn new(mentions: &'a [MentionedPerson]) -> Self {
        let users: HashMap<_, _> =
            mentions.iter().map(|person| (person.name.as_str(), person.user)).collect();
        let lengths: BTreeSet<_> = users.keys().map(|name| name.len()).collect();
        Self { users, lengths: lengths.into_iter().rev().collect() }
    }

    /// The person mentioned by the `@` at `at`, and the end of their name. The longest matching name wins. `previous_end` is the end of
    /// the mention before it: a slash separates two mentions.
    pub(super) fn at(&self, text: &str, at: usize, previous_end: Option<usize>) -> Option<(UserId, usize)> {
        let follows = previous_end.is_some_and(|end| text.get(end..at) == Some("/"));
        let after =
            text.get(at + 1..).filter(|_| !self.lengths.is_empty() && (follows || is_separate(text, at)))?;
        self.lengths.iter().find_map(|length| {
            let (name, rest) = after.split_at_checked(*length)?;
            let user = self.users.get(name)?;
            let is_whole = !continues(name.chars().next_back()?, rest);
            is_whole.then_some((*user, at + 1 + length))
        })
    }
}

/// Whether a slash separates the `@` at `at` from the mention that begins at `previous`, if that is one: `@Ann/@Bo`.
fn may_follow(text: &str, previous: Option<usize>, at: usize) -> bool {
    let between = previous.and_then(|previous| text.get(previous + 1..at)?.strip_suffix('/'));
    between.is_some_and(|name| {
        let is_name = name.len() <= Name::MAX_CHARS * char::MAX_LEN_UTF8 && !name.contains(['\n', '\t']);
        is_name && name.starts_with(|first: char| !first.is_whitespace())
    })
}

/// Whether an `@` is not in the middle of a word or an address.
fn is_separate(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    !before.is_some_and(|c| (c.is_alphanumeric() && !is_spaceless(c)) || matches!(c, '/' | '@'))
}

/// The possible ends of a name at the beginning of `text`, in bytes, the shortest first.
fn name_ends(text: &str) -> impl Iterator<Item = usize> {
    let begins = !text.starts_with(char::is_whitespace);
    let line = text.char_indices().take_while(move |(_, c)| begins && !matches!(c, '\n' | '\t'));
    line.take(Name::MAX_CHARS).filter_map(|(at, c)| {
        let end = at + c.len_utf8();
        (!c.is_whitespace() && !continues(c, text.get(end..)?)).then_some(end)
    })
}

/// Whether a name that ends with `last` before `rest` would end within a word, an emoji or a name like `a-b`.
fn continues(last: char, rest: &str) -> bool {
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
        '@' => begins_host(after.as_str()),
        '-' | '_' | '.' => after.next().is_some_and(|c| c.is_alphanumeric() && !is_spaceless(c)),
        '\'' | '’' => {
            after.take(MAX_ENDING_CHARS + 1).take_while(|c| c.is_alphanumeric()).count() > MAX_ENDING_CHARS
        }
        _ => next.is_alphanumeric() && !is_spaceless(next),
    }
}

/// Whether a text begins with a host name: `@Ann@social.example` is somebody on another server.
fn begins_host(text: &str) -> bool {
    let host =
        text.chars().take(Name::MAX_CHARS).take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
    host.collect::<String>().trim_end_matches('.').contains('.')
}
