//! `chorus export --html`.

use std::{fs, path::Path};

use tempfile::TempDir;
use testing::TestDatabase;

use crate::support::{
    program::{text, tries},
    start_in,
};

testing::for_each_database!(an_archive_has_each_message_and_is_replaced,);

const HOSTILE: &str = "**x** </p><script>alert(\"1\")</script><img src=x onerror='1'>";

async fn exports(directory: &TempDir, database: &str) -> String {
    let output = tries(directory, &format!("export --html site --database {database}")).await;
    let printed = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), ""), "{printed}");
    printed.lines().last().unwrap().to_owned()
}

fn page(directory: &TempDir, file: &str) -> String {
    fs::read_to_string(directory.path().join("site").join(file)).unwrap()
}

async fn an_archive_has_each_message_and_is_replaced(database: TestDatabase) {
    let directory = TempDir::new().unwrap();
    let url = database.url().to_owned();
    let server = start_in(database, "").await;
    let mut ann = server.joins("Ann", "lobby").await;
    for n in 1..=101 {
        ann.publishes(&format!("{n}: {HOSTILE}")).await;
    }
    ann.reacts(2, "👍").await;
    ann.receives_event().await;
    let first = exports(&directory, &url).await;
    assert_eq!(first, "Archived 101 messages of 1 topics; 4 files are new or changed");

    let pages = [page(&directory, "t/lobby/1.html"), page(&directory, "t/lobby/2.html")];
    for seq in 1..=101 {
        let of = &pages[(seq - 1) / 100];
        assert!(of.contains(&format!("id=\"m{seq}\"")) && of.contains(&format!("href=\"#m{seq}\"")), "{seq}");
    }
    let index = page(&directory, "index.html");
    assert!(
        index.contains("href=\"t/lobby/1.html\"") && index.contains("href=\"t/lobby/2.html\""),
        "{index}"
    );
    for html in pages.iter().chain([&index]) {
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\""), "{html}");
    }
    assert!(pages[0].contains("<strong>x</strong>") && pages[0].contains("👍"), "{}", pages[0]);
    assert!(pages[0].contains("rel=\"next\" href=\"2.html\"") && pages[1].contains("href=\"1.html\""));

    let again = exports(&directory, &url).await;
    assert!(again.ends_with("; 0 files are new or changed"), "{again}");
    ann.edits(1, 1, "changed").await;
    ann.receives_event().await;
    ann.leaves().await;
    // The index shows the time of the edit.
    let third = exports(&directory, &url).await;
    assert!(third.ends_with("; 2 files are new or changed"), "{third}");
    let replaced = page(&directory, "t/lobby/1.html");
    assert!(replaced.contains(">changed</p>") && !replaced.contains("<p dir=\"auto\">1: "), "{replaced}");
    assert!(replaced.contains("class=\"edited\""), "{replaced}");
    drop(server.stops().await);
}

#[tokio::test]
async fn a_folder_with_other_files_is_never_overwritten() {
    let directory = TempDir::new().unwrap();
    let site = directory.path().join("site");
    fs::create_dir(&site).unwrap();
    fs::write(site.join("index.html"), "mine").unwrap();
    let database = testing::sqlite();
    let url = database.url().to_owned();
    let server = start_in(database, "").await;
    let output = tries(&directory, &format!("export --html site --database {url}")).await;
    let error = text(&output.stderr);
    assert_eq!((output.status.code(), error.lines().count()), (Some(1), 1), "{error}");
    assert!(error.contains("site is no archive and not empty"), "{error}");
    assert_eq!(files(&site), ["index.html"]);
    for arguments in ["export", "export --html site --ndjson -", "export --html site --after lobby:1"] {
        let output = tries(&directory, &format!("{arguments} --database {url}")).await;
        assert_eq!(output.status.code(), Some(2), "{arguments}: {}", text(&output.stderr));
    }
    drop(server.stops().await);
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
