//! Fences of code blocks: three or more of `` ` `` or `~`. A fence can open after text, and close at the end of a line.

/// Bounds the work for one line.
const MAX_RUNS: usize = 64;

/// An opening fence, anywhere in a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    pub(super) at: usize,
    pub(super) mark: u8,
    pub(super) length: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Closing {
    /// Number of lines after the opening fence.
    pub(super) line: usize,
    pub(super) at: usize,
    pub(super) length: usize,
}

/// Finds the first fence of a line that is not closed on the same line.
pub(super) fn opening(line: &str) -> Option<Opening> {
    let indent = line.len() - line.trim_start().len();
    if line.get(indent..)?.starts_with("~~~") {
        let length = run_length(line, indent);
        let rest = line.get(indent + length..)?;
        return (!rest.contains("~~~")).then_some(Opening { at: indent, mark: b'~', length });
    }
    if !line.contains("```") {
        return None;
    }
    let runs = backtick_runs(line);
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

/// Returns the positions and lengths of runs of backticks, at most [`MAX_RUNS`].
fn backtick_runs(line: &str) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut at = 0;
    while let Some(found) = line.get(at..).and_then(|rest| rest.find('`')).filter(|_| runs.len() < MAX_RUNS) {
        let length = run_length(line, at + found);
        runs.push((at + found, length));
        at += found + length;
    }
    runs
}

/// The length of the run of equal bytes at `at`.
fn run_length(line: &str, at: usize) -> usize {
    let rest = line.as_bytes().get(at..).unwrap_or_default();
    rest.iter().take_while(|byte| Some(*byte) == rest.first()).count()
}

/// Finds the closing fence. It is alone on its line, or at the beginning of a line before a space, or directly after code at the
/// end of a line or before a space. If there is none of these, a fence after a space at the end of a line closes the block.
pub(super) fn closing(lines: &[&str], open: Opening) -> Option<Closing> {
    let mut after_space = None;
    for (number, line) in lines.iter().enumerate() {
        let Some((at, length, is_sure)) = closing_in(line, open) else { continue };
        let closing = Closing { line: number + 1, at, length };
        if is_sure {
            return Some(closing);
        }
        after_space.get_or_insert(closing);
    }
    after_space
}

/// Returns the position and length of a fence that can close `open`, and whether it is no fallback.
fn closing_in(line: &str, open: Opening) -> Option<(usize, usize, bool)> {
    let fits = |at: usize| {
        let length = run_length(line, at);
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
    let after_code = |at: usize| {
        let before = line.get(..at)?;
        let after = line.get(at + fits(at)?..)?;
        (!before.ends_with(char::is_whitespace) && after.starts_with(' ')).then_some(at)
    };
    if let Some(at) = ends.take(MAX_RUNS).find_map(after_code) {
        return Some((at, fits(at)?, true));
    }
    let code = line.trim_end().trim_end_matches(mark);
    let length = fits(code.len())?;
    Some((code.len(), length, !code.ends_with(char::is_whitespace)))
}
