//! The lines that a command prints.

use std::io::{Write, stderr, stdout};

/// Prints a line to standard output. Ignores errors, where `println!` would panic: the reader may have closed the pipe.
pub(crate) fn print_line(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

pub(crate) fn print_error(line: &str) {
    let _ = writeln!(stderr(), "chorus: {line}");
}
