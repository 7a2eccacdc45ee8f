//! `[words](address)`.

use app::protocol::is_invisible;

use super::{Kind, scan::Scan};
use crate::markup::address;

/// The longest address of a link, in bytes.
const MAX_BYTES: usize = 2_048;
/// How deep brackets may be in it.
const MAX_DEPTH: usize = 8;

/// Where the link ends whose words end at the `]` here; makes its `[` the link's beginning. There are no links in links: what
/// was open before is text.
pub(super) fn link(scan: &mut Scan<'_>) -> Option<usize> {
    let start = scan.brackets.pop()?;
    let end = scan.place();
    let target = target(scan.text, end + 1)?;
    let from = scan.tokens.get(start)?.range.end;
    let words = scan.text.get(from..end)?;
    let shows =
        words.chars().any(|c| !c.is_whitespace() && !is_invisible(c) && !matches!(c, '*' | '_' | '~'));
    let is_safe = address::opening(scan.text.get(target.clone())?).is_some();
    if !shows || !is_safe {
        return None;
    }
    scan.brackets.clear();
    let after = target.end + 1;
    scan.tokens.get_mut(start)?.kind = Kind::LinkStart(target);
    Some(after)
}

/// What stands in the brackets at a place, if that could be an address.
fn target(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    let inner = text.get(at..)?.strip_prefix('(')?;
    let mut depth = 0;
    for (length, byte) in inner.bytes().enumerate().take(MAX_BYTES) {
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
