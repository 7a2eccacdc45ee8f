//! The statements and the query syntax of each database. They contain only words that
//! [`tokenizer`](crate::event_log::search::tokenizer) made, and marks of our own: no quote and no operator that somebody typed.

use std::collections::BTreeSet;

use sea_orm::DbBackend;

use crate::event_log::search::{
    ParsedQuery,
    symbols::symbols,
    tokenizer::{WordToken, tokenize},
};

/// The prefix of our own words (topics and authors). No word of a text contains it, and both databases treat it as a letter.
const MARK: char = '§';

/// The statements of one database.
pub(super) struct SearchStatements {
    /// Selects the last id in a range.
    pub(super) last: &'static str,
    pub(super) find: &'static str,
    pub(super) words: fn(&str, i64, &str) -> String,
    pub(super) query: fn(&ParsedQuery, Option<i64>) -> String,
}

pub(super) fn of(backend: DbBackend) -> &'static SearchStatements {
    match backend {
        DbBackend::Sqlite => &SQLITE,
        _ => &POSTGRES,
    }
}

static SQLITE: SearchStatements = SearchStatements {
    last: "SELECT id FROM search_entry WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
    find: "SELECT e.id, e.topic_id, e.seq FROM search CROSS JOIN search_entry AS e ON e.id = search.rowid \
           WHERE search MATCH ? AND search.rowid >= ? AND search.rowid < ? ORDER BY search.rowid DESC LIMIT ?",
    words: sqlite_words,
    query: sqlite_query,
};

static POSTGRES: SearchStatements = SearchStatements {
    last: "SELECT id FROM search WHERE id BETWEEN $1 AND $2 ORDER BY id DESC LIMIT 1",
    find: "SELECT id, topic_id, seq FROM search WHERE words @@ $1::tsquery AND id >= $2 AND id < $3 \
           ORDER BY id DESC LIMIT $4",
    words: postgres_words,
    query: postgres_query,
};

/// Returns the topic and the author's names as marked words, which are indexed with the message.
fn marks(topic_id: i64, author: &str) -> impl Iterator<Item = String> {
    std::iter::once(topic_mark(topic_id)).chain(tokenize(author).map(|word| author_mark(&word.text)))
}

fn topic_mark(topic_id: i64) -> String {
    format!("{MARK}{topic_id}")
}

fn author_mark(word: &str) -> String {
    format!("{MARK}{MARK}{word}")
}

fn sqlite_words(body: &str, topic_id: i64, author: &str) -> String {
    let mut words = String::with_capacity(body.len() + 32);
    let found: Vec<WordToken> = tokenize(body).collect();
    let symbols = distinct_symbols(body, &found);
    for word in found.into_iter().map(|word| word.text).chain(symbols).chain(marks(topic_id, author)) {
        words.push_str(&word);
        words.push(' ');
    }
    words
}

/// Returns the symbols of a text, each once: they are indexed without a position.
fn distinct_symbols(body: &str, words: &[WordToken]) -> BTreeSet<String> {
    symbols(body, words).into_iter().map(|symbol| symbol.text).collect()
}

/// Symbols and marks have no position, so they do not interrupt a phrase.
fn postgres_words(body: &str, topic_id: i64, author: &str) -> String {
    let mut words = String::with_capacity(body.len() * 2 + 32);
    let found: Vec<WordToken> = tokenize(body).collect();
    for (position, word) in (1..).zip(&found) {
        words.push_str(&format!("'{}':{position} ", word.text));
    }
    for word in distinct_symbols(body, &found).into_iter().chain(marks(topic_id, author)) {
        words.push_str(&format!("'{word}' "));
    }
    words
}

fn sqlite_query(query: &ParsedQuery, topic_id: Option<i64>) -> String {
    let terms = query.terms.iter().map(|term| {
        let star = if term.is_prefix { " *" } else { "" };
        format!("\"{}\"{star}", term.words.join(" "))
    });
    let marks = query_marks(query, topic_id).map(|mark| format!("\"{mark}\""));
    terms.chain(marks).collect::<Vec<_>>().join(" AND ")
}

fn postgres_query(query: &ParsedQuery, topic_id: Option<i64>) -> String {
    let terms = query.terms.iter().map(|term| {
        let words: Vec<String> = term.words.iter().map(|word| format!("'{word}'")).collect();
        let star = if term.is_prefix { ":*" } else { "" };
        format!("({}{star})", words.join(" <-> "))
    });
    let marks = query_marks(query, topic_id).map(|mark| format!("'{mark}'"));
    terms.chain(marks).collect::<Vec<_>>().join(" & ")
}

fn query_marks(query: &ParsedQuery, topic_id: Option<i64>) -> impl Iterator<Item = String> {
    topic_id.map(topic_mark).into_iter().chain(query.author.iter().map(|word| author_mark(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_each_databases_syntax() {
        assert_eq!(sqlite_words("It's 你好", 7, "Ann Lee"), "it s 你 好 §7 §§ann §§lee ");
        assert_eq!(postgres_words("It's 你", 7, "Ann"), "'it':1 's':2 '你':3 '§7' '§§ann' ");
        assert_eq!(sqlite_words("🎉 C++ 🎉", 7, ""), "c c＋＋ 🎉 §7 ");
        assert_eq!(postgres_words("🎉 C++ 🎉", 7, ""), "'c':1 'c＋＋' '🎉' '§7' ");
    }

    #[test]
    fn queries_are_in_each_databases_syntax() {
        let query: ParsedQuery = "from:Ann it's \"a b\" hel".parse().unwrap();
        assert_eq!(
            sqlite_query(&query, Some(7)),
            "\"it s\" AND \"a b\" AND \"hel\" * AND \"§7\" AND \"§§ann\""
        );
        assert_eq!(postgres_query(&query, None), "('it' <-> 's') & ('a' <-> 'b') & ('hel':*) & '§§ann'");
    }
}
