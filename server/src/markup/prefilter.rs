//! A quick check whether a text may contain markup, in one pass over its bytes, so that ordinary messages skip the parser.

use super::emoji;

/// Returns `false` only if [`super::render`] would find no markup. `has_mentions`: whether an `@` may be a mention.
pub(super) fn may_contain_markup(body: &str, has_mentions: bool) -> bool {
    let bytes = body.as_bytes();
    begins_block(bytes)
        || bytes.iter().enumerate().any(|(at, &byte)| match byte {
            b'\n' => begins_block(bytes.get(at + 1..).unwrap_or_default()),
            b'*' => may_pair(bytes, at),
            b'`' | b'\\' => true,
            b']' => next(bytes, at) == b'(',
            b'~' => next(bytes, at) == b'~',
            b'_' => !(previous(bytes, at).is_ascii_alphanumeric() && next(bytes, at).is_ascii_alphanumeric()),
            b':' => next(bytes, at) == b'/' || emoji::shortcode_at(body, 0, at).is_some(),
            b'.' => at >= 3 && bytes.get(at - 3..at).is_some_and(|www| www.eq_ignore_ascii_case(b"www")),
            b'@' => has_mentions || (joins(previous(bytes, at)) && joins(next(bytes, at))),
            _ => false,
        })
}

fn previous(bytes: &[u8], at: usize) -> u8 {
    at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ')
}

fn next(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at + 1).copied().unwrap_or(b' ')
}

/// Whether a `*` may be part of a pair. Between spaces and between letters it is text.
fn may_pair(bytes: &[u8], at: usize) -> bool {
    let previous = previous(bytes, at);
    let next = next(bytes, at);
    let spaces = previous.is_ascii_whitespace() && next.is_ascii_whitespace();
    let letters = previous.is_ascii_alphanumeric() && next.is_ascii_alphanumeric();
    !(spaces || letters)
}

/// Whether a byte may be next to the `@` of an address.
fn joins(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
}

/// Whether a line may begin a block.
fn begins_block(line: &[u8]) -> bool {
    let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let after = next(line, indent);
    match line.get(indent) {
        Some(b'>' | b'#' | b'|' | b'~') => true,
        Some(b'-' | b'*' | b'_' | b':') => matches!(after, b' ' | b'-' | b'*' | b'_' | b'|' | b':'),
        Some(b'0'..=b'9') => {
            let marker = line.iter().skip(indent).take(10).find(|byte| !byte.is_ascii_digit());
            marker == Some(&b'.')
        }
        _ => false,
    }
}
