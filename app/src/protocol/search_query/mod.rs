//! Splits a search query into words, quoted phrases, and filters such as `from:`. The server searches by it; the page needs the days in
//! it, to add the reader's offsets.

mod day;

pub use day::SearchDay;

use super::invisible::is_invisible;

/// A word or a phrase as it was typed.
#[derive(Debug, PartialEq, Eq)]
pub struct QueryPart<'a> {
    /// The filter that it is the value of.
    pub filter: Option<QueryFilter>,
    /// The word, or the phrase without its quotes.
    pub text: &'a str,
    /// The query ends with it, and no quote closes it: the reader may still be typing this word.
    pub is_open_end: bool,
}

/// The kinds of filters in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryFilter {
    /// `from:`, the author's name.
    From,
    /// `in:`, the topic.
    In,
    /// `before:`, the first day that is not searched.
    Before,
    /// `after:`, the first day that is searched.
    After,
}

const FILTERS: [(&str, QueryFilter); 4] = [
    ("from", QueryFilter::From),
    ("in", QueryFilter::In),
    ("before", QueryFilter::Before),
    ("after", QueryFilter::After),
];
/// Quotes that begin or end a phrase: phones replace straight quotes by those of the language, and input methods by full-width ones.
const QUOTES: [char; 11] = ['"', '“', '”', '„', '‟', '«', '»', '＂', '「', '」', '〝'];
/// Input methods for Chinese and Japanese write the full-width form.
const COLONS: [char; 2] = [':', '：'];

/// Returns the parts of a query in order.
pub fn split_query(text: &str) -> Vec<QueryPart<'_>> {
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

/// Splits off a filter name; it counts as one only if its value follows without a space. Direction marks before the name, which keyboards
/// for Arabic and Hebrew insert, have no meaning.
fn split_filter(text: &str) -> (Option<QueryFilter>, &str) {
    let found = text.split_once(COLONS).and_then(|(word, after)| {
        let word = word.trim_matches(is_invisible);
        let (_, filter) = FILTERS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word))?;
        after.starts_with(|c: char| !c.is_whitespace()).then_some((Some(filter), after))
    });
    found.unwrap_or((None, text))
}

/// Splits off the first word or quoted phrase; returns it, the rest, and whether a quote closed it.
fn split_value(text: &str) -> (&str, &str, bool) {
    let Some(inner) = text.trim_start_matches(is_invisible).strip_prefix(QUOTES) else {
        let end = text.find(|c: char| c.is_whitespace() || QUOTES.contains(&c)).unwrap_or(text.len());
        let (word, left) = text.split_at(end);
        return (word, left, false);
    };
    match inner.split_once(QUOTES) {
        Some((phrase, left)) => (phrase, left, true),
        None => (inner, "", false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts in one line: filters with a colon, phrases that a quote closes or that go on in brackets.
    fn parts(query: &str) -> String {
        let show = |part: QueryPart| {
            let filter = part.filter.map_or_else(String::new, |filter| format!("{filter:?}:"));
            format!("{filter}[{}]", part.text)
        };
        split_query(query).into_iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_case_of_a_query_is_split() {
        for row in include_str!("../../../tests/cases/query-parts.tsv").lines().skip(1) {
            let (input, right) = row.split_once('\t').unwrap();
            let query: String = serde_json::from_str(input).unwrap();
            assert_eq!(parts(&query), right, "{input}");
        }
    }

    #[test]
    fn only_a_last_part_without_a_closing_quote_is_open() {
        for (query, is_open) in [("a b", true), ("a b ", true), ("a \"b", true), ("a \"b\"", false)] {
            assert_eq!(split_query(query).last().map(|part| part.is_open_end), Some(is_open), "{query}");
        }
        assert!(!split_query("a b")[0].is_open_end);
    }
}
