//! Code within a line: between as many backticks on both sides.

/// Longer rows of backticks are text.
const MAX_TICKS: usize = 16;

/// For each number of backticks, the place before which no such row closes any more.
#[derive(Default)]
pub(in crate::markup) struct Unclosed([usize; MAX_TICKS]);

/// The code that begins at a backtick: how many it has, and where it ends. Without code, where the backticks end.
pub(in crate::markup) fn end(text: &str, at: usize, unclosed: &mut Unclosed) -> (Option<usize>, usize) {
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

/// Where the next row of so many backticks stands, behind the first one; where there is none, the end of the line.
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

/// What stands in code: one space on each side only parts it from backticks of its own.
pub(super) fn inner(code: &str) -> (usize, usize) {
    let padded = code.starts_with(' ') && code.ends_with(' ') && code.len() > 2 && code.contains('`');
    if padded { (1, code.len() - 1) } else { (0, code.len()) }
}
