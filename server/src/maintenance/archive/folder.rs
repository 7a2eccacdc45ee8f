//! The folder of an archive. An export replaces an older archive file by file: pages that did not change keep their time, and a
//! web server may serve the folder meanwhile.

use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};

/// The file by which an export recognises an archive.
const MARKER: &str = ".chorus-archive";
const MARKER_TEXT: &str = "This folder is an archive by `chorus export --html`, which replaces its pages.\n";
/// The name of a page while it is written.
const PART: &str = "page.part";
/// The folder of the topics.
const TOPICS: &str = "t";
const EXTENSION: &str = ".html";

pub(super) struct ArchiveFolder {
    root: PathBuf,
    written: u64,
}

impl ArchiveFolder {
    /// Errors: the folder has other files and is no archive.
    pub(super) fn open(root: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(root).with_context(|| format!("cannot create the folder {}", root.display()))?;
        let marker = root.join(MARKER);
        if !marker.symlink_metadata().is_ok_and(|file| file.is_file()) {
            let is_empty = fs::read_dir(root)?.next().is_none();
            ensure!(is_empty, "{} is no archive and not empty; give a new folder", root.display());
            fs::write(&marker, MARKER_TEXT).with_context(|| format!("cannot write {}", marker.display()))?;
        }
        Ok(Self { root: root.to_owned(), written: 0 })
    }

    /// The number of files that were new or changed.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Creates the folder of a topic, and returns its path in the archive.
    pub(super) fn create_topic(&self, name: &str) -> anyhow::Result<String> {
        let folder = format!("{TOPICS}/{name}");
        for folder in [TOPICS, folder.as_str()] {
            create_folder(&self.root.join(folder))?;
        }
        Ok(folder)
    }

    /// Writes a file, unless it has this text. A reader sees the old text or the new one.
    pub(super) fn write(&mut self, file: &str, text: &str) -> anyhow::Result<()> {
        let place = self.root.join(file);
        if has_text(&place, text) {
            return Ok(());
        }
        replace(&place, text).with_context(|| format!("cannot write {}", place.display()))?;
        self.written += 1;
        Ok(())
    }

    /// Removes the pages of a topic after the last one.
    pub(super) fn keep_pages(&self, folder: &str, last: u64) -> anyhow::Result<()> {
        Ok(remove_pages(&self.root.join(folder), "", last)?)
    }

    /// Removes the pages of the index after the last one.
    pub(super) fn keep_index_pages(&self, last: u64) -> anyhow::Result<()> {
        Ok(remove_pages(&self.root, super::index::INDEX_PREFIX, last)?)
    }

    /// Removes the pages of all other topics, and their folders if nothing else is in them.
    pub(super) fn keep_topics(&self, names: &HashSet<&str>) -> anyhow::Result<()> {
        let topics = self.root.join(TOPICS);
        if !topics.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            return Ok(());
        }
        for entry in fs::read_dir(&topics)? {
            let entry = entry?;
            let is_kept = entry.file_name().to_str().is_some_and(|name| names.contains(name));
            if !is_kept && entry.file_type()?.is_dir() {
                remove_pages(&entry.path(), "", 0)?;
                let _ = fs::remove_dir(entry.path());
            }
        }
        Ok(())
    }
}

/// Follows no link out of the archive.
fn create_folder(folder: &Path) -> anyhow::Result<()> {
    match folder.symlink_metadata() {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => bail!("{} is no folder", folder.display()),
        Err(_) => fs::create_dir(folder).with_context(|| format!("cannot create {}", folder.display())),
    }
}

/// Reads no link, no pipe, and no file that is larger than the text.
fn has_text(place: &Path, text: &str) -> bool {
    let is_possible = |found: fs::Metadata| found.is_file() && found.len() == text.len() as u64;
    place.symlink_metadata().is_ok_and(is_possible)
        && fs::read(place).is_ok_and(|before| before == text.as_bytes())
}

fn replace(place: &Path, text: &str) -> io::Result<()> {
    let part = place.with_file_name(PART);
    // That of a killed export.
    let _ = fs::remove_file(&part);
    OpenOptions::new().write(true).create_new(true).open(&part)?.write_all(text.as_bytes())?;
    fs::rename(&part, place)
}

/// Removes the numbered pages of a folder after the last one, and the rest of a killed export.
fn remove_pages(folder: &Path, prefix: &str, last: u64) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().unwrap_or_default();
        let number = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(EXTENSION));
        let is_beyond = number.and_then(|number| number.parse::<u64>().ok()).is_some_and(|page| page > last);
        if is_beyond || name == PART {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
