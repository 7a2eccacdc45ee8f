use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_folder_with_other_files_is_refused_and_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("index.html"), "mine").unwrap();
    assert!(ArchiveFolder::open(folder.path()).is_err());
    assert_eq!(files(folder.path()), ["index.html"]);
    assert!(ArchiveFolder::open(&folder.path().join("index.html")).is_err(), "a file");
    let new = folder.path().join("a/b");
    ArchiveFolder::open(&new).unwrap();
    ArchiveFolder::open(&new).unwrap();
    assert_eq!(files(&new), [MARKER]);
}

#[test]
fn a_second_export_replaces_changed_pages_and_removes_what_is_gone() {
    let folder = TempDir::new().unwrap();
    let mut archive = ArchiveFolder::open(folder.path()).unwrap();
    for topic in ["lobby", "tea"] {
        let topic = archive.create_topic(topic).unwrap();
        for page in 1..=3 {
            archive.write(&format!("{topic}/{page}.html"), "first").unwrap();
        }
    }
    let lobby = folder.path().join("t/lobby");
    fs::write(lobby.join(PART), "half").unwrap();
    fs::write(folder.path().join("robots.txt"), "kept").unwrap();
    fs::write(folder.path().join("t/tea/notes.txt"), "kept").unwrap();

    let mut archive = ArchiveFolder::open(folder.path()).unwrap();
    let topic = archive.create_topic("lobby").unwrap();
    archive.write(&format!("{topic}/1.html"), "first").unwrap();
    archive.write(&format!("{topic}/2.html"), "second").unwrap();
    archive.keep_pages(&topic, 2).unwrap();
    archive.keep_topics(&HashSet::from(["lobby"])).unwrap();
    assert_eq!(archive.written(), 1);
    assert_eq!(files(&lobby), ["1.html", "2.html"]);
    assert_eq!(fs::read_to_string(lobby.join("2.html")).unwrap(), "second");
    assert_eq!(files(&folder.path().join("t/tea")), ["notes.txt"]);
    assert_eq!(files(folder.path()), [MARKER, "robots.txt", "t"]);
}

#[test]
fn no_link_leads_out_of_the_archive() {
    let folder = TempDir::new().unwrap();
    let outside = TempDir::new().unwrap();
    let mut archive = ArchiveFolder::open(folder.path()).unwrap();
    fs::create_dir(folder.path().join(TOPICS)).unwrap();
    symlink(outside.path(), folder.path().join("t/lobby")).unwrap();
    assert!(archive.create_topic("lobby").is_err());
    let secret = outside.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    symlink(&secret, folder.path().join("index.html")).unwrap();
    symlink(&secret, folder.path().join(PART)).unwrap();
    archive.write("index.html", "text").unwrap();
    symlink(&secret, folder.path().join("style.css")).unwrap();
    archive.write("style.css", "secret").unwrap();
    assert!(folder.path().join("style.css").symlink_metadata().unwrap().is_file());
    archive.keep_topics(&HashSet::new()).unwrap();
    assert_eq!(fs::read_to_string(&secret).unwrap(), "secret");
    assert_eq!(fs::read_to_string(folder.path().join("index.html")).unwrap(), "text");
}
