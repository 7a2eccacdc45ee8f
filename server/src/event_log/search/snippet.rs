//! Cuts the part of a text around the first hit, and marks the hits in it.

use std::ops::Range;

use app::protocol::SnippetPart;

use super::{
    query::Term,
    symbols::symbols,
    tokenizer::{WordToken, tokenize},
};

/// The approximate length of a snippet, in characters.
const SNIPPET_CHARS: usize = 200;
/// How many of them come before the first hit.
const CHARS_BEFORE_HIT: usize = 60;
const ELLIPSIS: &str = "…";

/// Returns the part of a text around its first hit, with every hit in that part marked. Its lines stay lines, since each has its own
/// direction; empty ones are left out.
pub(super) fn snippet(text: &str, terms: &[Term]) -> Vec<SnippetPart> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let body = &lines.join("\n");
    let words: Vec<WordToken> = tokenize(body).collect();
    let hits = all_hits(body, &words, terms);
    let part = part(body, &words, hits.first());
    let mut pieces = Vec::new();
    if part.start > 0 {
        push(&mut pieces, ELLIPSIS, false);
    }
    let mut from = part.start;
    for hit in hits.iter().filter(|hit| hit.start >= part.start && hit.end <= part.end) {
        push(&mut pieces, body.get(from..hit.start).unwrap_or_default(), false);
        push(&mut pieces, body.get(hit.clone()).unwrap_or_default(), true);
        from = hit.end;
    }
    push(&mut pieces, body.get(from..part.end).unwrap_or_default(), false);
    if part.end < body.len() {
        push(&mut pieces, ELLIPSIS, false);
    }
    pieces
}

/// Appends a piece; joins adjacent pieces that are not hits.
fn push(pieces: &mut Vec<SnippetPart>, text: &str, hit: bool) {
    if text.is_empty() {
        return;
    }
    let text = text.replace('\t', " ");
    match pieces.last_mut() {
        Some(last) if last.hit == hit && !hit => last.text.push_str(&text),
        _ => pieces.push(SnippetPart { text, hit }),
    }
}

/// Returns the ranges of the words and symbols of the terms in order. Of overlapping ones only the first and longest stays.
fn all_hits(body: &str, words: &[WordToken], terms: &[Term]) -> Vec<Range<usize>> {
    let mut hits = [hits(words, terms), hits(&symbols(body, words), terms)].concat();
    hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
    hits.dedup_by(|next, hit| next.start < hit.end);
    hits
}

/// Returns the ranges of the terms in order, without overlaps.
fn hits(words: &[WordToken], terms: &[Term]) -> Vec<Range<usize>> {
    let mut hits = Vec::new();
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let length = terms
            .iter()
            .filter(|term| starts_with(rest, term))
            .map(|term| term.words.len())
            .max()
            .unwrap_or(0);
        let matched = rest.get(..length).unwrap_or_default();
        if let (Some(first), Some(last)) = (matched.first(), matched.last()) {
            hits.push(first.range.start..last.range.end);
        }
        at += length.max(1);
    }
    hits
}

/// Returns whether these words start with a term.
fn starts_with(words: &[WordToken], term: &Term) -> bool {
    let Some((last, before)) = term.words.split_last() else { return false };
    let is_same = words.iter().zip(before).all(|(word, wanted)| word.text == *wanted);
    let is_end_matching = words.get(before.len()).is_some_and(|word| {
        if term.is_prefix { word.text.starts_with(last.as_str()) } else { word.text == *last }
    });
    is_same && is_end_matching
}

/// Returns the range to show; it starts and ends at word boundaries.
fn part(body: &str, words: &[WordToken], hit: Option<&Range<usize>>) -> Range<usize> {
    if body.chars().nth(SNIPPET_CHARS).is_none() {
        return 0..body.len();
    }
    let hit = hit.map_or(0, |hit| hit.start);
    let start = back(body, hit, CHARS_BEFORE_HIT);
    let start = if start == 0 {
        0
    } else {
        words.iter().map(|word| word.range.start).find(|&at| at >= start).map_or(start, |at| at.min(hit))
    };
    let rest = body.get(start..).unwrap_or_default();
    let end = rest.char_indices().nth(SNIPPET_CHARS).map_or(body.len(), |(at, _)| start + at);
    if end == body.len() {
        return start..end;
    }
    let last_word_end = words.iter().map(|word| word.range.end).take_while(|&at| at <= end).last();
    start..last_word_end.filter(|&at| at > hit).unwrap_or(end)
}

/// Returns the byte position `chars` characters before another.
fn back(body: &str, from: usize, chars: usize) -> usize {
    let before = body.get(..from).unwrap_or_default();
    before.char_indices().rev().nth(chars.saturating_sub(1)).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_log::search::ParsedQuery;

    /// The snippet, with hits in brackets.
    fn shown(body: &str, query: &str) -> String {
        let query: ParsedQuery = query.parse().unwrap();
        let show = |piece: SnippetPart| if piece.hit { format!("[{}]", piece.text) } else { piece.text };
        snippet(body, &query.terms).into_iter().map(show).collect()
    }

    #[test]
    fn hits_are_shown_as_they_were_written() {
        for (body, query, expected) in [
            ("Hello, everyone", "hello", "[Hello], everyone"),
            ("Une crème brûlée!", "creme bru", "Une [crème] [brûlée]!"),
            ("我爱你好世界", "你好", "我爱[你好]世界"),
            ("a b c a b", "\"a b\"", "[a b] c [a b]"),
            ("don't, do", "don't", "[don't], do"),
            ("line\n \n\none\ttab", "one", "line\n[one] tab"),
            ("nothing of it", "from:ann", "nothing of it"),
            ("ﬁn", "fin", "[ﬁn]"),
            ("C or C++?", "c++", "C or [C++]?"),
            ("C or C++?", "c c++", "[C] or [C++]?"),
            ("a 🎉 b", ":tada:", "a [🎉] b"),
            ("a 🎉party👍🏽", "👍 party 🎉", "a [🎉][party][👍🏽]"),
        ] {
            assert_eq!(shown(body, query), expected, "{query}");
        }
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_hit() {
        let body = format!("{} needle {}", "word ".repeat(100), "more ".repeat(100));
        let shown = shown(&body, "needle");
        assert!(shown.starts_with("…word") && shown.ends_with("more…"), "{shown}");
        assert!(shown.contains("[needle]") && (150..220).contains(&shown.chars().count()), "{shown}");
    }

    #[test]
    fn a_text_without_spaces_is_cut_too() {
        let body = format!("{}needle{}", "你".repeat(500), "é".repeat(500));
        assert!(shown(&body, "你").chars().count() < 220 * 3);
        assert_eq!(shown(&format!("{}needle", "!".repeat(5_000)), "needle"), "…[needle]");
    }
}
