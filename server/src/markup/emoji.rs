//! Emoji shortcodes (`:name:`), with GitHub's names.

use std::{ops::Range, sync::LazyLock};

/// A line `name emoji` for each, sorted by name.
const TABLE: &str = include_str!("emoji.txt");
const MAX_NAME_BYTES: usize = 40;

static NAMES: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| TABLE.lines().filter_map(|line| line.split_once(' ')).collect());

/// Returns the emoji whose shortcodes a text contains, also in code, and the ranges of the shortcodes.
pub(crate) fn shortcodes(text: &str) -> impl Iterator<Item = (&'static str, Range<usize>)> {
    let mut from = 0;
    text.match_indices(':').filter_map(move |(colon, _)| {
        let (emoji, end) = shortcode_at(text, from, colon).filter(|_| colon >= from)?;
        from = end;
        Some((emoji, colon..end))
    })
}

/// Returns the emoji whose shortcode begins at `colon`, and the end of the shortcode. Text before `from` is not looked at.
pub(super) fn shortcode_at(text: &str, from: usize, colon: usize) -> Option<(&'static str, usize)> {
    let after = text.get(colon + 1..)?.as_bytes();
    let length = after.iter().take(MAX_NAME_BYTES + 1).position(|&byte| !in_name(byte))?;
    if length == 0 || after.get(length) != Some(&b':') || !is_separate(text.get(from..colon)?) {
        return None;
    }
    let name = text.get(colon + 1..colon + 1 + length)?;
    let index = NAMES.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some((NAMES.get(index)?.1, colon + length + 2))
}

fn in_name(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'+' | b'-')
}

/// Whether a colon is not part of a time or an address.
fn is_separate(before: &str) -> bool {
    let before = before.chars().next_back();
    !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_matches_the_emojis_crate() {
        let lines = emojis::iter()
            .flat_map(|emoji| emoji.shortcodes().map(move |name| format!("{name} {}", emoji.as_str())));
        let mut lines: Vec<String> = lines.collect();
        lines.sort();
        assert!(lines == TABLE.lines().collect::<Vec<_>>(), "emoji.txt is out of date");
        assert!(NAMES.iter().all(|(name, _)| name.len() <= MAX_NAME_BYTES && name.bytes().all(in_name)));
    }

    #[test]
    fn all_shortcodes_of_a_text_are_found() {
        let found: Vec<_> = shortcodes("é:tada::+1: 12:00:00 x:tada: `:heart:`").collect();
        assert_eq!(found, [("🎉", 2..8), ("👍", 8..12), ("❤\u{fe0f}", 31..38)]);
    }

    #[test]
    fn a_shortcode_is_found_unless_it_is_within_a_word() {
        assert_eq!(shortcode_at(":tada:", 0, 0), Some(("🎉", 6)));
        assert_eq!(shortcode_at("(:+1:)", 0, 1), Some(("👍", 5)));
        for (text, colon) in [("12:00:", 2), (":nobody:", 0), ("::", 0), (":tada", 0), ("x:tada:", 1)] {
            assert_eq!(shortcode_at(text, 0, colon), None, "{text}");
        }
    }
}
