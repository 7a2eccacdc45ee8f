//! Tables: a row of cells separated by `|`, a row of dashes, and all rows that follow.

use super::Alignment;
use crate::markup::code_span;

/// Returns the alignments of a row of dashes, or `None` for any other line.
pub(super) fn alignments(line: &str) -> Option<Vec<Alignment>> {
    if !line.contains('|') || line.bytes().any(|byte| !matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t')) {
        return None;
    }
    cells(line).into_iter().map(alignment).collect()
}

fn alignment(cell: &str) -> Option<Alignment> {
    let dashes = cell.trim_matches(':');
    let is_dashes = !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-');
    let colons = cell.len() - dashes.len();
    match (is_dashes && colons <= 2, cell.starts_with(':'), cell.ends_with(':')) {
        (false, ..) => None,
        (_, true, true) => (colons == 2).then_some(Alignment::Center),
        (_, true, false) => (colons == 1).then_some(Alignment::Left),
        (_, false, true) => (colons == 1).then_some(Alignment::Right),
        _ => Some(Alignment::None),
    }
}

/// Splits a row into cells. A `|` in code or after a backslash does not separate cells.
pub(super) fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let bytes = line.as_bytes();
    let mut cells = Vec::new();
    let mut from = 0;
    let mut at = 0;
    let mut unclosed = Default::default();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'`' => at = code_span::end(line, at, &mut unclosed).1,
            b'|' => {
                cells.push(line.get(from..at).unwrap_or_default().trim());
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    if from < line.len() {
        cells.push(line.get(from..).unwrap_or_default().trim());
    }
    cells
}
