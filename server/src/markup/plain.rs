//! Whether a text may hold any markup: one look at each byte, so that ordinary messages never meet a parser.

use super::emoji;

/// False only where [`super::render`] would find nothing. `mentions`: whether an `@` may mean somebody.
pub(super) fn may_mark(body: &str, mentions: bool) -> bool {
    let bytes = body.as_bytes();
    begins_block(bytes)
        || bytes.iter().enumerate().any(|(at, &byte)| match byte {
            b'\n' => begins_block(bytes.get(at + 1..).unwrap_or_default()),
            b'*' | b'`' | b'[' | b'|' | b'\\' => true,
            b'~' => next(bytes, at) == b'~',
            b'_' => !(previous(bytes, at).is_ascii_alphanumeric() && next(bytes, at).is_ascii_alphanumeric()),
            b'&' => next(bytes, at).is_ascii_alphanumeric() || next(bytes, at) == b'#',
            b':' => next(bytes, at) == b'/' || emoji::at(body, 0, at).is_some(),
            b'.' => at >= 3 && bytes.get(at - 3..at).is_some_and(|www| www.eq_ignore_ascii_case(b"www")),
            b'@' => mentions || (joins(previous(bytes, at)) && joins(next(bytes, at))),
            _ => false,
        })
}

fn previous(bytes: &[u8], at: usize) -> u8 {
    at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ')
}

fn next(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at + 1).copied().unwrap_or(b' ')
}

/// Whether a byte may stand beside the `@` of an address.
fn joins(byte: u8) -> bool {
    !byte.is_ascii_whitespace()
}

/// Whether a line may be more than a line of a paragraph.
fn begins_block(line: &[u8]) -> bool {
    let Some(indent) = line.iter().position(|&byte| byte != b' ') else { return false };
    if indent >= 4 {
        return true;
    }
    let after = next(line, indent);
    match line.get(indent) {
        Some(b'\t' | b'>' | b'#' | b'=') => true,
        Some(b'-' | b'+') => matches!(after, b' ' | b'\t' | b'\n' | b'-'),
        Some(b'0'..=b'9') => {
            let marker = line.iter().skip(indent).take(10).find(|byte| !byte.is_ascii_digit());
            matches!(marker, Some(b'.' | b')'))
        }
        _ => false,
    }
}
