//! Splits a query into words, quoted phrases, and filters such as `from:`.

/// A word or a phrase as it was typed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueryPart<'a> {
    /// The filter that it is the value of.
    pub(super) filter: Option<&'static str>,
    pub(super) text: &'a str,
    /// The query ends with it, and no quote closes it: the reader may still be typing this word.
    pub(super) is_open_end: bool,
}

const FILTERS: [&str; 4] = ["from", "in", "before", "after"];
/// Phones replace straight quotes by typographic ones.
const QUOTES: [char; 5] = ['"', '“', '”', '„', '«'];

/// Returns the parts of a query in order.
pub(super) fn split(text: &str) -> Vec<QueryPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (filter, after) = split_filter(rest);
        let (text, left, is_quoted) = split_value(after);
        rest = left.trim_start();
        parts.push(QueryPart { filter, text, is_open_end: rest.is_empty() && !is_quoted });
    }
    parts
}

/// Splits off a filter name; it counts as one only if its value follows without a space.
fn split_filter(text: &str) -> (Option<&'static str>, &str) {
    let found = text.split_once(':').and_then(|(word, after)| {
        let filter = FILTERS.into_iter().find(|filter| filter.eq_ignore_ascii_case(word))?;
        after.starts_with(|c: char| !c.is_whitespace()).then_some((Some(filter), after))
    });
    found.unwrap_or((None, text))
}

/// Splits off the first word or quoted phrase; returns it, the rest, and whether a quote closed it.
fn split_value(text: &str) -> (&str, &str, bool) {
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
