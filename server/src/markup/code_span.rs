//! Code spans: code within a line, between equal numbers of backticks.

/// Longer runs of backticks are text.
const MAX_TICKS: usize = 16;

/// For each number of backticks, the position up to which no run closes. Keeps the search linear.
#[derive(Default)]
pub(super) struct Unclosed([usize; MAX_TICKS]);

/// Returns the number of backticks and the end of the code span that begins at `at`, or `None` and the end of the backticks.
pub(super) fn end(text: &str, at: usize, unclosed: &mut Unclosed) -> (Option<usize>, usize) {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| **byte == b'`').count();
    let Some(known) = unclosed.0.get_mut(length).filter(|known| **known <= at) else {
        return (None, at + length);
    };
    let text = text.get(at..).unwrap_or_default();
    match closing(text, length) {
        Ok(close) if has_code(text, length, close) => (Some(length), at + close + length),
        Ok(_) => (None, at + length),
        Err(line) => {
            *known = at + line;
            (None, at + length)
        }
    }
}

fn has_code(text: &str, length: usize, close: usize) -> bool {
    text.get(length..close).is_some_and(|code| !code.trim().is_empty())
}

/// Returns the position of the next run of `length` backticks after the first one. `Err` holds the end of the line if there is none.
fn closing(text: &str, length: usize) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let mut at = length;
    while let Some(byte) = bytes.get(at).filter(|byte| **byte != b'\n') {
        if *byte != b'`' {
            at += 1;
            continue;
        }
        let run = bytes.iter().skip(at).take_while(|byte| **byte == b'`').count();
        if run == length {
            return Ok(at);
        }
        at += run;
    }
    Err(at)
}

/// Returns the range of the code without padding: a space on each side only separates it from backticks of its own.
pub(super) fn inner(code: &str) -> (usize, usize) {
    let padded = code.starts_with(' ') && code.ends_with(' ') && code.len() > 2 && code.contains('`');
    if padded { (1, code.len() - 1) } else { (0, code.len()) }
}
