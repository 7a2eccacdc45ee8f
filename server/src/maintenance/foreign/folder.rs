//! The folder of an unpacked export. An export comes from elsewhere: no name in it, and no link, leads out of the folder.

use std::{
    fs::{self, File},
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use serde::de::DeserializeOwned;

/// The largest file that is read. Zulip has all people and reactions in one.
const MAX_FILE_BYTES: u64 = 1 << 30;
const BUFFER_BYTES: usize = 1 << 16;
const EXTENSION: &str = ".json";

pub(super) struct ExportFolder {
    root: PathBuf,
}

impl ExportFolder {
    /// The folder itself may be named by a link.
    pub(super) fn open(root: &Path) -> Self {
        Self { root: root.canonicalize().unwrap_or_else(|_| root.to_owned()) }
    }

    /// Whether the export has a file of this name at the top.
    pub(super) fn has(&self, file: &str) -> bool {
        self.root.join(file).symlink_metadata().is_ok_and(|found| found.is_file())
    }

    /// Reads a file. Errors name it, and the line and column of a mistake.
    pub(super) fn read<T: DeserializeOwned>(&self, file: &str) -> anyhow::Result<T> {
        self.try_read(file).with_context(|| file.to_owned())
    }

    /// Reads a file of the top that the export may lack.
    pub(super) fn read_if_there<T: DeserializeOwned + Default>(&self, file: &str) -> anyhow::Result<T> {
        if self.root.join(file).symlink_metadata().is_err() {
            return Ok(T::default());
        }
        self.read(file)
    }

    /// Returns the names of the JSON files of a folder, sorted; none if there is no such folder.
    pub(super) fn files_of(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let path = self.path_of(folder)?;
        let Ok(found) = path.symlink_metadata() else { return Ok(Vec::new()) };
        ensure!(found.is_dir(), "{folder} is no folder");
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).with_context(|| format!("cannot read {folder}"))? {
            let name = entry?.file_name();
            let is_plain = |name: &&str| name.ends_with(EXTENSION) && !name.contains(char::is_control);
            names.extend(name.to_str().filter(is_plain).map(str::to_owned));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Returns the names of the JSON files at the top that begin like this, sorted.
    pub(super) fn files_with_prefix(&self, prefix: &str) -> anyhow::Result<Vec<String>> {
        let names = self.files_of("")?;
        Ok(names.into_iter().filter(|name| name.starts_with(prefix)).collect())
    }

    fn try_read<T: DeserializeOwned>(&self, file: &str) -> anyhow::Result<T> {
        let path = self.path_of(file)?;
        let found = path.symlink_metadata()?;
        ensure!(found.is_file(), "this is no file");
        ensure!(found.len() <= MAX_FILE_BYTES, "the file is larger than {MAX_FILE_BYTES} bytes");
        // The bytes are not kept besides what they become.
        let bytes = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?.take(MAX_FILE_BYTES));
        Ok(serde_json::from_reader(bytes)?)
    }

    /// Errors: a name that is more than one step down, or a folder that is a link.
    fn path_of(&self, file: &str) -> anyhow::Result<PathBuf> {
        let mut path = self.root.clone();
        for name in file.split('/').filter(|_| !file.is_empty()) {
            let is_plain = !matches!(name, "" | "." | "..") && !name.contains(['\\', '\0']);
            ensure!(is_plain, "the name {file:?} leads out of the export");
            let is_link = |found: fs::Metadata| found.file_type().is_symlink();
            path.push(name);
            ensure!(!path.symlink_metadata().is_ok_and(is_link), "{file} is a link");
        }
        Ok(path)
    }
}

/// Whether a name of an export is that of a folder of its top.
pub(super) fn is_folder_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(|c: char| matches!(c, '/' | '\\') || c.is_control())
}

#[cfg(test)]
mod tests;
