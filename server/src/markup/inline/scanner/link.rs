//! Links: `[words](address)`.

use app::protocol::is_invisible;

use super::Scanner;
use crate::markup::{address, inline::TokenKind};

/// The longest address of a link.
const MAX_BYTES: usize = 2_048;
/// How deep parentheses may be nested in an address.
const MAX_DEPTH: usize = 8;

/// Returns the end of the link whose words end at the current `]`, and turns the token of its `[` into the link's start. Links do
/// not nest: earlier open brackets become text.
pub(super) fn end_of_link(scan: &mut Scanner<'_>) -> Option<usize> {
    let start = scan.brackets.pop()?;
    let end = scan.position();
    let target = target(scan.text, end + 1)?;
    let from = scan.tokens.get(start)?.range.end;
    let words = scan.text.get(from..end)?;
    let is_visible =
        words.chars().any(|c| !c.is_whitespace() && !is_invisible(c) && !matches!(c, '*' | '_' | '~'));
    let is_safe = address::link_start_tag(scan.text.get(target.clone())?).is_some();
    if !is_visible || !is_safe {
        return None;
    }
    scan.brackets.clear();
    let after = target.end + 1;
    scan.tokens.get_mut(start)?.kind = TokenKind::LinkStart(target);
    Some(after)
}

/// The content of the parentheses at `at`, if it could be an address.
fn target(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let inner = text.get(at..)?.strip_prefix('(')?;
    let mut depth = 0;
    // One more byte than the longest address: its parenthesis.
    for (length, byte) in inner.bytes().enumerate().take(MAX_BYTES + 1) {
        match byte {
            b'(' if depth == MAX_DEPTH => return None,
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at + 1..at + 1 + length),
            b')' => depth -= 1,
            b' ' | b'\t' | b'\n' | b'<' | b'>' => return None,
            _ => {}
        }
    }
    None
}
