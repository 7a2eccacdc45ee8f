//! Fences of code: three or more of `` ` `` or `~`. One may open behind words, and close at a line's end.

/// Fences that are looked at in one line.
const MAX_RUNS: usize = 64;

/// A fence that opens, somewhere in a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    pub(super) at: usize,
    pub(super) mark: u8,
    pub(super) length: usize,
}

/// A fence that closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closing {
    /// How many lines after the opening one.
    pub(super) line: usize,
    pub(super) at: usize,
    pub(super) length: usize,
}

/// The first fence of a line that nothing closes on the same line.
pub(super) fn opening(line: &str) -> Option<Opening> {
    let indent = line.len() - line.trim_start().len();
    if line.get(indent..)?.starts_with("~~~") {
        let length = run(line, indent);
        let rest = line.get(indent + length..)?;
        return (!rest.contains("~~~")).then_some(Opening { at: indent, mark: b'~', length });
    }
    if !line.contains("```") {
        return None;
    }
    let runs = ticks(line);
    let mut next = 0;
    while let Some(&(at, length)) = runs.get(next) {
        let closes = runs.iter().skip(next + 1).position(|&(_, other)| other == length);
        match closes {
            Some(skipped) => next += skipped + 2,
            None if length >= 3 && !line.get(..at)?.ends_with('\\') => {
                return Some(Opening { at, mark: b'`', length });
            }
            None => next += 1,
        }
    }
    None
}

/// Runs of backticks: where, and how long. More than a person would write in one line are left out.
fn ticks(line: &str) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(found) = line.get(at..).and_then(|rest| rest.find('`')).filter(|_| runs.len() < MAX_RUNS) {
        let length = run(line, at + found);
        runs.push((at + found, length));
        at += found + length;
    }
    runs
}

/// How often the sign at a place is repeated there.
fn run(line: &str, at: usize) -> usize {
    let rest = line.as_bytes().get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| Some(*byte) == rest.first()).count()
}

/// The fence that closes: one that is alone on its line, that stands before a space at its beginning, or directly behind code
/// at its end or before a space. Where there is none of those, one behind a space at the end of a line.
pub(super) fn closing(lines: &[&str], open: Opening) -> Option<Closing> {
    let mut behind_space = None;
    for (number, line) in lines.iter().enumerate() {
        let Some((at, length, is_sure)) = closes(line, open) else { continue };
        let closing = Closing { line: number + 1, at, length };
        if is_sure {
            return Some(closing);
        }
        behind_space.get_or_insert(closing);
    }
    behind_space
}

fn closes(line: &str, open: Opening) -> Option<(usize, usize, bool)> {
    let fits = |at: usize| {
        let length = run(line, at);
        (line.as_bytes().get(at) == Some(&open.mark) && length >= open.length).then_some(length)
    };
    let indent = line.len() - line.trim_start().len();
    if let Some(length) = fits(indent) {
        let rest = line.get(indent + length..)?;
        if rest.is_empty() || rest.starts_with(' ') {
            return Some((indent, length, true));
        }
    }
    let mark = char::from(open.mark);
    let ends = line
        .match_indices(mark)
        .map(|(at, _)| at)
        .filter(|at| !line.get(..*at).is_none_or(|before| before.ends_with(mark)));
    let behind_code = |at: usize| {
        let (before, after) = (line.get(..at)?, line.get(at + fits(at)?..)?);
        (!before.ends_with(char::is_whitespace) && after.starts_with(' ')).then_some(at)
    };
    if let Some(at) = ends.take(MAX_RUNS).find_map(behind_code) {
        return Some((at, fits(at)?, true));
    }
    let code = line.trim_end().trim_end_matches(mark);
    let length = fits(code.len())?;
    Some((code.len(), length, !code.ends_with(char::is_whitespace)))
}
