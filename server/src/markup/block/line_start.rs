//! The beginnings of lines that form blocks.

use app::protocol::is_invisible;

/// The marker of a list's item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) kind: MarkerKind,
    /// Columns before the marker.
    pub(super) indent: usize,
    /// Position of the item's text, in bytes.
    pub(super) content: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkerKind {
    Bullet(u8),
    Number(u32),
}

impl MarkerKind {
    /// Whether both can be in the same list.
    pub(super) fn matches(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Number(_), Self::Number(_)))
    }
}

/// Parses the marker of an item: `- `, `* ` or `1. ` before text.
pub(super) fn item(line: &str) -> Option<Marker> {
    let (bytes, indent) = indentation(line);
    let rest = line.get(bytes..)?;
    let (kind, length) = match rest.as_bytes() {
        [mark @ (b'-' | b'*'), b' ', ..] => (MarkerKind::Bullet(*mark), 1),
        [b'0'..=b'9', ..] => number(rest)?,
        _ => return None,
    };
    let text = rest.get(length..)?.strip_prefix(' ')?.trim_start_matches(' ');
    (!text.trim().is_empty()).then(|| Marker { kind, indent, content: line.len() - text.len() })
}

/// Parses a number like `7.` and returns its length. `07.` is none, since it would be shown as `7.`.
fn number(rest: &str) -> Option<(MarkerKind, usize)> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let typed = rest.get(..digits).filter(|typed| digits < 10 && (digits == 1 || !typed.starts_with('0')))?;
    rest.get(digits..)?.starts_with('.').then_some((MarkerKind::Number(typed.parse().ok()?), digits + 1))
}

/// Returns a line's indentation in bytes and in columns. A tab counts as four columns.
pub(super) fn indentation(line: &str) -> (usize, usize) {
    let bytes = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let columns = line.bytes().take(bytes).map(|byte| if byte == b'\t' { 4 } else { 1 }).sum();
    (bytes, columns)
}

/// Removes up to `columns` columns of a line's indentation.
pub(super) fn dedented(line: &str, columns: usize) -> &str {
    let mut left = columns;
    let taken = line.bytes().take_while(|byte| {
        let width = if *byte == b'\t' { 4 } else { 1 };
        let fits = matches!(byte, b' ' | b'\t') && left > 0;
        left = left.saturating_sub(width);
        fits
    });
    let taken = taken.count();
    line.get(taken..).unwrap_or_default()
}

/// Whether a text contains letters or digits. Texts of signs only are emoticons and drawings.
pub(super) fn has_words(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit() || is_letter(c))
}

/// Whether a text contains letters. Numbers after signs are sums.
pub(super) fn has_letters(text: &str) -> bool {
    text.chars().any(is_letter)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || !(c.is_ascii() || c.is_whitespace() || is_invisible(c))
}

/// Parses a heading into its level and text.
pub(super) fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let text = line.get(level..)?.strip_prefix(' ')?;
    ((1..=6).contains(&level) && has_words(text)).then_some((level, text))
}

/// Whether a line consists of three or more of `-`, `*` or `_`.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    let mark = line.as_bytes().first().copied().unwrap_or_default();
    line.len() >= 3 && matches!(mark, b'-' | b'*' | b'_') && line.bytes().all(|byte| byte == mark)
}

/// Returns the position of a backslash that keeps a line from beginning a block: `\# a`, `\> a`, `\- a`, `1\. a`.
pub(in crate::markup) fn escaped(line: &str) -> Option<usize> {
    let (indent, _) = indentation(line);
    let digits = line.bytes().skip(indent).take_while(u8::is_ascii_digit).count();
    let at = indent + digits;
    let before = line.get(..at)?;
    let after = line.get(at..)?.strip_prefix('\\')?;
    let is_marker = match after.as_bytes().first()? {
        b'.' => digits > 0,
        b'#' | b'>' | b'-' | b'*' => digits == 0,
        _ => false,
    };
    let bare = format!("{before}{after}");
    let is_block = item(&bare).is_some() || heading(after).is_some() || after.starts_with("> ");
    (is_marker && is_block).then_some(at)
}
