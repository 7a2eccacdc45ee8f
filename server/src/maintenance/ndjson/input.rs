//! The lines of an export that is imported.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, stdin},
    path::Path,
    thread,
};

use anyhow::{Context, ensure};
use tokio::sync::mpsc;

use super::STANDARD_STREAM;

/// The longest line that is read.
const MAX_LINE_BYTES: u64 = 4 << 20;
/// Lines that are read ahead.
const QUEUE_LINES: usize = 16;

pub(super) type Lines = mpsc::Receiver<anyhow::Result<Vec<u8>>>;

/// Reads lines from a file, or from standard input, on a thread of its own: a read of a terminal or a pipe cannot be interrupted.
pub(super) fn lines_of(file: &Path) -> anyhow::Result<Lines> {
    let input: Box<dyn Read + Send> = if file == Path::new(STANDARD_STREAM) {
        Box::new(stdin())
    } else {
        Box::new(File::open(file).with_context(|| format!("cannot read {}", file.display()))?)
    };
    let (sender, lines) = mpsc::channel(QUEUE_LINES);
    thread::spawn(move || {
        let mut input = BufReader::new(input);
        while let Some(line) = next_line(&mut input).transpose() {
            let is_last = line.is_err();
            if sender.blocking_send(line).is_err() || is_last {
                return;
            }
        }
    });
    Ok(lines)
}

/// Returns `None` at the end.
fn next_line(input: &mut impl BufRead) -> anyhow::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = input.take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
    ensure!(
        (read as u64) < MAX_LINE_BYTES || line.ends_with(b"\n"),
        "the line is longer than {MAX_LINE_BYTES} bytes"
    );
    Ok((read > 0).then_some(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_limit() {
        let length = usize::try_from(MAX_LINE_BYTES).unwrap();
        let text = "a".repeat(length - 1) + "\nb";
        let mut input = text.as_bytes();
        assert_eq!(next_line(&mut input).unwrap().unwrap().len(), length);
        assert_eq!(next_line(&mut input).unwrap().unwrap(), b"b");
        assert_eq!(next_line(&mut input).unwrap(), None);
        let text = "a".repeat(length);
        assert!(next_line(&mut text.as_bytes()).is_err());
    }
}
