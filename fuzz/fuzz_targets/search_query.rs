//! A search query is refused, or becomes a query whose operators are all ours: nothing that was typed leaves its quotes. The same
//! holds for the text that is indexed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::event_log::{Search, SearchSyntax};

/// Asserts that all text outside of quotes, whitespace aside, is one of these operators. If a word held a quote, the parts of the
/// text would swap their sides.
fn assert_quoted(text: &str, quote: char, operators: &[&str]) {
    assert!(!text.contains(['\0', '\\']), "an escape: {text:?}");
    let parts: Vec<&str> = text.split(quote).collect();
    assert!(parts.len() % 2 == 1, "an open quote: {text:?}");
    for part in parts.iter().step_by(2) {
        let is_ours = |word: &str| operators.contains(&word.trim_start_matches('(').trim_end_matches(')'));
        assert!(part.split_whitespace().all(is_ours), "{part:?} in {text:?}");
    }
    for word in parts.iter().skip(1).step_by(2) {
        assert!(!word.is_empty() && !word.contains(['"', '\'']), "{word:?} in {text:?}");
    }
}

/// Asserts that the words of a SQLite row need no quotes at all: FTS5 splits them at the spaces.
fn assert_words(text: &str) {
    assert!(!text.contains(['"', '\'', '\0']), "{text:?}");
}

/// Asserts that a `tsvector` is quoted words, each with or without a position.
fn assert_vector(text: &str) {
    assert!(!text.contains(['\0', '\\']), "an escape: {text:?}");
    let parts: Vec<&str> = text.split('\'').collect();
    assert!(parts.len() % 2 == 1, "an open quote: {text:?}");
    for part in parts.into_iter().step_by(2).map(str::trim) {
        let position = part.strip_prefix(':').unwrap_or(part);
        assert!(position.bytes().all(|byte| byte.is_ascii_digit()), "{part:?} in {text:?}");
    }
}

fuzz_target!(|text: &str| {
    let indexed = SearchSyntax::of_text(text, text);
    assert_words(&indexed.sqlite);
    assert_vector(&indexed.postgres);
    let Ok(search) = Search::parse(text, None, None, 30) else { return };
    let query = SearchSyntax::of_query(&search.query);
    assert_quoted(&query.sqlite, '"', &["AND", "*", ""]);
    assert_quoted(&query.postgres, '\'', &["&", "<->", ":*", ""]);
});
