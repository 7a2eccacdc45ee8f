//! A query as it was typed, taken apart: words, quoted phrases, and what `from:` and its like stand before.

/// A word or a phrase as it was typed, and what it is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) key: Option<&'static str>,
    pub(super) text: &'a str,
    /// Nothing stands after it, and no quote ends it.
    pub(super) last: bool,
}

const KEYS: [&str; 4] = ["from", "in", "before", "after"];
/// Phones write quotes of their own.
const QUOTES: [char; 5] = ['"', '“', '”', '„', '«'];

/// The parts of a query, in their order.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (key, after) = key(rest);
        let (text, left, quoted) = value(after);
        rest = left.trim_start();
        parts.push(Part { key, text, last: rest.is_empty() && !quoted });
    }
    parts
}

/// `from:` and its like, where something follows.
fn key(text: &str) -> (Option<&'static str>, &str) {
    let found = text.split_once(':').and_then(|(word, after)| {
        let key = KEYS.into_iter().find(|key| key.eq_ignore_ascii_case(word))?;
        after.starts_with(|c: char| !c.is_whitespace()).then_some((Some(key), after))
    });
    found.unwrap_or((None, text))
}

/// The first word or quoted phrase, what is left, and whether a quote ended it.
fn value(text: &str) -> (&str, &str, bool) {
    let Some(inner) = text.strip_prefix(QUOTES) else {
        let end = text.find(|c: char| c.is_whitespace() || QUOTES.contains(&c)).unwrap_or(text.len());
        let (word, left) = text.split_at(end);
        return (word, left, false);
    };
    match inner.split_once(|c: char| QUOTES.contains(&c) || c == '»') {
        Some((phrase, left)) => (phrase, left, true),
        None => (inner, "", false),
    }
}
