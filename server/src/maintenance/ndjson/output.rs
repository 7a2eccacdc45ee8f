//! Where an export goes.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Write, stdout},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, bail};

use super::{
    STANDARD_STREAM,
    line::{Line, LineCounts},
    resume::take_up,
};
use crate::config::EventPosition;

/// Takes whole lines only, so that an export that ends early can be taken up.
pub(super) struct Output {
    /// `None` for standard output.
    file: Option<File>,
    /// `None` if the lines before those of this command are not known.
    counts: Option<LineCounts>,
}

impl Output {
    /// Creates a file that only its owner reads, or opens one that ends at the position.
    pub(super) fn open(file: &Path, after: Option<&EventPosition>) -> anyhow::Result<Self> {
        if file == Path::new(STANDARD_STREAM) {
            return Ok(Self { file: None, counts: after.is_none().then(LineCounts::default) });
        }
        let mut options = OpenOptions::new();
        if after.is_some() {
            options.read(true).append(true)
        } else {
            options.write(true).create_new(true).mode(0o600)
        };
        let opened = match options.open(file) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                bail!("{} exists; give another name, or add to it with --after", file.display())
            }
            opened => opened.with_context(|| format!("cannot write {}", file.display()))?,
        };
        let counts = match after {
            Some(after) => {
                take_up(&opened, after).with_context(|| format!("cannot add to {}", file.display()))?
            }
            None => LineCounts::default(),
        };
        Ok(Self { file: Some(opened), counts: Some(counts) })
    }

    pub(super) fn write(&mut self, lines: &[Line]) -> anyhow::Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
            if let Some(counts) = &mut self.counts {
                counts.add(line);
            }
        }
        self.write_text(&text).context("cannot write the export")
    }

    /// Writes the last line, and waits until all lines are on the disk.
    pub(super) fn end(&mut self) -> anyhow::Result<()> {
        self.write(&[Line::End { counts: self.counts }])?;
        self.sync().context("cannot write the export")
    }

    fn write_text(&mut self, text: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return stdout().lock().write_all(text) };
        let before = file.metadata()?.len();
        file.write_all(text).inspect_err(|_| {
            // A full disk may have taken half a line.
            let _ = file.set_len(before);
        })
    }

    fn sync(&self) -> io::Result<()> {
        match &self.file {
            None => stdout().flush(),
            Some(file) => file.sync_all(),
        }
    }
}
