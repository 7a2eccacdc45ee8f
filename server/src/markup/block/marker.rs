//! How lines begin that are more than text.

use app::protocol::is_invisible;

/// How an item of a list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) kind: Kind,
    /// Columns before it.
    pub(super) indent: usize,
    /// Where the item's text begins, in bytes.
    pub(super) content: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bullet(u8),
    Number(u32),
}

impl Kind {
    /// Whether both may be of one list.
    pub(super) fn goes_with(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Number(_), Self::Number(_)))
    }
}

/// The marker of a list's item that begins a line: `- `, `* ` or `1. ` before more text.
pub(super) fn item(line: &str) -> Option<Marker> {
    let (bytes, indent) = indentation(line);
    let rest = line.get(bytes..)?;
    let (kind, length) = match rest.as_bytes() {
        [mark @ (b'-' | b'*'), b' ', ..] => (Kind::Bullet(*mark), 1),
        [b'0'..=b'9', ..] => number(rest)?,
        _ => return None,
    };
    let text = rest.get(length..)?.strip_prefix(' ')?.trim_start_matches(' ');
    (!text.trim().is_empty()).then(|| Marker { kind, indent, content: line.len() - text.len() })
}

/// `7.`, and its length. No number is shown that was not typed so: `07.` is none.
fn number(rest: &str) -> Option<(Kind, usize)> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let typed = rest.get(..digits).filter(|typed| digits < 10 && (digits == 1 || !typed.starts_with('0')))?;
    rest.get(digits..)?.starts_with('.').then_some((Kind::Number(typed.parse().ok()?), digits + 1))
}

/// How deep a line is indented: in bytes, and in columns.
pub(super) fn indentation(line: &str) -> (usize, usize) {
    let bytes = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let columns = line.bytes().take(bytes).map(|byte| if byte == b'\t' { 4 } else { 1 }).sum();
    (bytes, columns)
}

/// A line without so many columns of its indentation.
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

/// Whether a text says anything with words: signs alone are faces and drawings.
pub(super) fn has_words(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit() || is_letter(c))
}

/// Whether a text has letters. Numbers behind signs are sums.
pub(super) fn has_letters(text: &str) -> bool {
    text.chars().any(is_letter)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || !(c.is_ascii() || c.is_whitespace() || is_invisible(c))
}

/// The level and the text of a heading.
pub(super) fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let text = line.get(level..)?.strip_prefix(' ')?;
    ((1..=6).contains(&level) && has_words(text)).then_some((level, text))
}

/// Whether a line is nothing but three or more of `-`, `*` or `_`.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    let mark = line.as_bytes().first().copied().unwrap_or_default();
    line.len() >= 3 && matches!(mark, b'-' | b'*' | b'_') && line.bytes().all(|byte| byte == mark)
}

/// Where the backslash stands that keeps a line from beginning as a block does: `\# a`, `\> a`, `\- a`, `1\. a`.
pub(in crate::markup) fn escaped(line: &str) -> Option<usize> {
    let (indent, _) = indentation(line);
    let digits = line.bytes().skip(indent).take_while(u8::is_ascii_digit).count();
    let at = indent + digits;
    let (before, after) = (line.get(..at)?, line.get(at..)?.strip_prefix('\\')?);
    let begins = match after.as_bytes().first()? {
        b'.' => digits > 0,
        b'#' | b'>' | b'-' | b'*' => digits == 0,
        _ => false,
    };
    let bare = format!("{before}{after}");
    let is_block = item(&bare).is_some() || heading(after).is_some() || after.starts_with("> ");
    (begins && is_block).then_some(at)
}
