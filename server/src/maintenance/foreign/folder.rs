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
mod tests {
    use std::os::unix::fs::symlink;

    use serde_json::Value;
    use tempfile::TempDir;

    use super::*;

    fn error(export: &ExportFolder, file: &str) -> String {
        format!("{:#}", export.read::<Value>(file).unwrap_err())
    }

    #[test]
    fn nothing_outside_of_the_folder_is_read() {
        let outside = TempDir::new().unwrap();
        fs::write(outside.path().join("secret.json"), "[]").unwrap();
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("export");
        fs::create_dir_all(root.join("general")).unwrap();
        fs::write(folder.path().join("secret.json"), "[]").unwrap();
        symlink(outside.path(), root.join("linked")).unwrap();
        symlink(outside.path().join("secret.json"), root.join("general/day.json")).unwrap();
        let export = ExportFolder::open(&root);
        for file in ["../secret.json", "general/../../secret.json", "general/./a.json", "/etc/passwd", "a\\b"]
        {
            assert!(error(&export, file).contains("leads out"), "{file}");
        }
        assert!(error(&export, "linked/secret.json").contains("is a link"));
        assert!(error(&export, "general/day.json").contains("is a link"));
        assert!(export.files_of("linked").is_err() && export.files_of("..").is_err());
        for name in ["..", ".", "", "a/b", "a\\b", "a\0", "a\u{1b}[2J"] {
            assert!(!is_folder_name(name), "{name:?}");
        }
        assert!(is_folder_name("général.1"));
    }

    #[test]
    fn a_link_may_name_the_export_itself() {
        let folder = TempDir::new().unwrap();
        let export = folder.path().join("export");
        fs::create_dir(&export).unwrap();
        fs::write(export.join("messages-1.json"), "[]").unwrap();
        symlink(&export, folder.path().join("latest")).unwrap();
        let linked = ExportFolder::open(&folder.path().join("latest"));
        assert_eq!(linked.files_with_prefix("messages-").unwrap(), ["messages-1.json"]);
        assert_eq!(linked.read::<Vec<Value>>("messages-1.json").unwrap(), Vec::<Value>::new());
    }

    #[test]
    fn a_mistake_is_shown_with_its_place() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("users.json"), "[\n{]").unwrap();
        let export = ExportFolder::open(folder.path());
        let error_of = error(&export, "users.json");
        assert!(error_of.starts_with("users.json: ") && error_of.contains("line 2 column 2"), "{error_of}");
        assert!(error(&export, "missing.json").starts_with("missing.json: "));
        assert_eq!(export.read_if_there::<Vec<Value>>("missing.json").unwrap(), Vec::<Value>::new());
        assert_eq!(export.files_with_prefix("us").unwrap(), ["users.json"]);
        assert!(export.files_of("general").unwrap().is_empty());
    }

    #[test]
    fn a_file_has_a_limit() {
        let folder = TempDir::new().unwrap();
        // A file without blocks on the disk.
        File::create(folder.path().join("realm.json")).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        assert!(error(&ExportFolder::open(folder.path()), "realm.json").contains("is larger than"));
    }
}
