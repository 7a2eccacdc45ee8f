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
    for file in ["../secret.json", "general/../../secret.json", "general/./a.json", "/etc/passwd", "a\\b"] {
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
