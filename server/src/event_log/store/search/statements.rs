//! The statements and the query syntax of each database. They contain only words that
//! [`tokenizer`](crate::event_log::search::tokenizer) made, and marks of our own: no quote and no operator that somebody typed.

use std::collections::BTreeSet;

use sea_orm::DbBackend;

use crate::event_log::{
    search::{
        ParsedQuery,
        symbols::symbols,
        tokenizer::{WordToken, tokenize},
    },
    store::sql,
};

/// The prefix of our own words (topics and authors). No word of a text contains it, and both databases treat it as a letter.
const MARK: char = '§';

/// The statements of one database.
pub(super) struct SearchStatements {
    /// Returns the statement that inserts this many rows.
    pub(super) insert: fn(usize) -> String,
    pub(super) update: &'static str,
    pub(super) delete: &'static str,
    /// Selects whether a message's row has these words.
    pub(super) compare: &'static str,
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
    insert: sqlite_insert,
    update: "UPDATE search SET words = ? WHERE rowid BETWEEN ? AND ? AND topic_id = ? AND seq = ?",
    delete: "DELETE FROM search WHERE rowid BETWEEN ? AND ? AND topic_id = ? AND seq = ?",
    compare: "SELECT words = ? AS current FROM search WHERE rowid BETWEEN ? AND ? AND topic_id = ? AND seq = ?",
    last: "SELECT rowid AS id FROM search WHERE rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT 1",
    find: "SELECT rowid AS id, topic_id, seq FROM search WHERE search MATCH ? AND rowid >= ? AND rowid < ? \
           ORDER BY rowid DESC LIMIT ?",
    words: sqlite_words,
    query: sqlite_query,
};

static POSTGRES: SearchStatements = SearchStatements {
    insert: postgres_insert,
    update: "UPDATE search SET words = $1::tsvector WHERE id BETWEEN $2 AND $3 AND topic_id = $4 AND seq = $5",
    delete: "DELETE FROM search WHERE id BETWEEN $1 AND $2 AND topic_id = $3 AND seq = $4",
    compare: "SELECT words = $1::tsvector AS current FROM search WHERE id BETWEEN $2 AND $3 AND topic_id = $4 AND seq = $5",
    last: "SELECT id FROM search WHERE id BETWEEN $1 AND $2 ORDER BY id DESC LIMIT 1",
    find: "SELECT id, topic_id, seq FROM search WHERE words @@ $1::tsquery AND id >= $2 AND id < $3 \
           ORDER BY id DESC LIMIT $4",
    words: postgres_words,
    query: postgres_query,
};

/// Comes in a few sizes, each of which stays prepared; rows that are NULL are skipped.
fn sqlite_insert(rows: usize) -> String {
    let rows = sql::values(4, sql::round_up(&[1, 4, 16, 64, 256], rows).unwrap_or(rows));
    format!(
        "INSERT INTO search (rowid, topic_id, seq, words) SELECT * FROM ({rows}) WHERE column1 IS NOT NULL"
    )
}

fn postgres_insert(rows: usize) -> String {
    let row = |row| {
        let [id, topic, seq, words] = [1, 2, 3, 4].map(|column| 4 * row + column);
        format!("(${id}, ${topic}, ${seq}, ${words}::tsvector)")
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO search (id, topic_id, seq, words) VALUES {}", rows.join(", "))
}

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
