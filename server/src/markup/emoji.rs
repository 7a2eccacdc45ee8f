//! Emoji by `:name:`, with the names that GitHub has for them.

use std::sync::LazyLock;

/// One `name emoji` a line, in the order of the names.
const TABLE: &str = include_str!("emoji.txt");
/// The longest name, in bytes.
const LONGEST: usize = 40;

static NAMES: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| TABLE.lines().filter_map(|line| line.split_once(' ')).collect());

/// The emoji whose `:name:` begins at a colon, and where it ends. What stands before `from` is none of its business.
pub(super) fn at(text: &str, from: usize, colon: usize) -> Option<(&'static str, usize)> {
    let after = text.get(colon + 1..)?.as_bytes();
    let length = after.iter().take(LONGEST + 1).position(|&byte| !in_name(byte))?;
    if length == 0 || after.get(length) != Some(&b':') || !stands_free(text.get(from..colon)?) {
        return None;
    }
    let name = text.get(colon + 1..colon + 1 + length)?;
    let index = NAMES.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some((NAMES.get(index)?.1, colon + length + 2))
}

fn in_name(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'+' | b'-')
}

/// Times and addresses hold colons too.
fn stands_free(before: &str) -> bool {
    let before = before.chars().next_back();
    !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_crate_knows() {
        let lines = emojis::iter()
            .flat_map(|emoji| emoji.shortcodes().map(move |name| format!("{name} {}", emoji.as_str())));
        let mut lines: Vec<String> = lines.collect();
        lines.sort();
        assert!(lines == TABLE.lines().collect::<Vec<_>>(), "emoji.txt is out of date");
        assert!(NAMES.iter().all(|(name, _)| name.len() <= LONGEST && name.bytes().all(in_name)));
    }

    #[test]
    fn a_name_is_found_where_it_stands_free() {
        assert_eq!(at(":tada:", 0, 0), Some(("🎉", 6)));
        assert_eq!(at("(:+1:)", 0, 1), Some(("👍", 5)));
        for (text, colon) in [("12:00:", 2), (":nobody:", 0), ("::", 0), (":tada", 0), ("x:tada:", 1)] {
            assert_eq!(at(text, 0, colon), None, "{text}");
        }
    }
}
