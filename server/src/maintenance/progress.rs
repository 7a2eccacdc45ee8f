//! Progress of a command, on standard error.

use std::{
    io::{Write, stderr},
    time::{Duration, Instant},
};

/// Time between two lines of progress.
pub(super) const INTERVAL: Duration = Duration::from_secs(1);

/// Prints how far a command is, at most one line a second.
pub(super) struct Progress {
    last: Instant,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { last: Instant::now() }
    }

    /// Prints a line if the last one is old enough.
    pub(super) fn update(&mut self, line: impl FnOnce() -> String) {
        if self.last.elapsed() >= INTERVAL {
            self.last = Instant::now();
            print(&line());
        }
    }
}

/// Prints a line. Ignores errors: whether anybody reads it decides nothing.
pub(super) fn print(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// A size in the unit that has one to three digits before the point.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} bytes");
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1_000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (bytes, expected) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (1_500_000_000, "1.5 GB"),
            (2_000_000_000_000_000, "2000.0 TB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
