//! `chorus check`.

use std::{collections::BTreeSet, fs, path::Path};

use tempfile::TempDir;

use crate::support::{
    Browser,
    program::{Started, runs, signal, starts, text, wait_for_exit},
    start_in,
};

fn files(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

fn checks(directory: &TempDir, arguments: &str) -> String {
    let output = runs(directory, &format!("check {arguments}"));
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn it_says_what_would_be_served_without_a_secret() {
    let directory = TempDir::new().unwrap();
    let settings = "listen = \"0.0.0.0:80\"\naccess-secret = \"open-sesame\"\nmax-topics = 5\n";
    fs::write(directory.path().join("chorus.toml"), settings).unwrap();
    let printed = checks(&directory, "--config chorus.toml --public-url https://chat.example");
    for line in [
        "configuration file: chorus.toml\n",
        "listens on: 0.0.0.0:80 (other machines reach it)\n",
        "TLS certificate: none\n",
        "metrics: none\n",
        "public URL: https://chat.example\n",
        "access: people who know the access secret\n",
        "database: SQLite data/chorus.db: does not exist yet",
        "limits that differ: max-topics=5\n",
    ] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    assert!(!printed.contains("sesame") && !printed.contains("wrong:"), "{printed}");
    assert_eq!(files(directory.path()), BTreeSet::from(["chorus.toml".to_owned()]), "nothing was created");
}

#[tokio::test]
async fn it_looks_into_the_database_beside_a_server_and_without_one_and_leaves_no_files() {
    let directory = TempDir::new().unwrap();
    let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0");
    let mut ann = Browser::new(address).connects(Some("Ann")).await;
    ann.subscribes("lobby").await;
    ann.publishes("Hello").await;
    let served = "database: SQLite data/chorus.db: 1 messages in 1 topics\n";
    assert!(checks(&directory, "").contains(served));
    ann.publishes("Hello again").await;
    signal(child.id(), "TERM");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));

    let data = directory.path().join("data");
    let before = files(&data);
    let stopped = "database: SQLite data/chorus.db: 2 messages in 1 topics\n";
    assert!(checks(&directory, "").contains(stopped));
    assert_eq!(files(&data), before);
}

#[test]
fn pending_migrations_are_counted_and_not_applied() {
    let directory = TempDir::new().unwrap();
    for action in ["up", "down"] {
        let done = runs(&directory, &format!("migrate {action} --database sqlite://x.db"));
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    }
    for _ in 0..2 {
        let printed = checks(&directory, "--database sqlite://x.db");
        assert!(printed.contains("database: SQLite x.db: 1 of "), "{printed}");
    }
}

#[tokio::test]
async fn it_looks_into_postgres_beside_a_server() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let url = database.url().to_owned();
    let server = start_in(database, "").await;
    let printed = tokio::task::spawn_blocking(move || checks(&directory, &format!("--database {url}")));
    let printed = printed.await.unwrap();
    assert!(printed.contains(": 0 messages in 0 topics\n"), "{printed}");
    let _ended = server.stops().await;
}

#[test]
fn each_mistake_is_a_line() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("no.db"), "this is no database, however long it goes on".repeat(100))
        .unwrap();
    for (arguments, says) in [
        ("--body-bytes 60000", "wrong: frame-bytes must be at least"),
        ("--database sqlite://no.db", "not a database"),
        ("--database sqlite://.", "directory"),
        ("--database postgres://me:sesame@127.0.0.1:1/x", "127.0.0.1:1/x"),
        ("--database mysql://me:sesame@db/x", "wrong: database \"mysql://"),
        ("--tls-cert no.pem", "wrong: tls-cert and tls-key need each other"),
        ("--tls-cert no.pem --tls-key no.key", "wrong: tls-cert: "),
        ("--listen unix:missing/chorus.sock", "wrong: the folder missing of the socket does not exist"),
    ] {
        let output = runs(&directory, &format!("check {arguments}"));
        let printed = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{arguments}: {printed}");
        assert!(printed.contains("\nwrong: ") && printed.contains(says), "{arguments}: {printed}");
        assert_eq!(text(&output.stderr), "chorus: a server would not start with these settings\n");
        assert!(!printed.contains("sesame"), "{printed}");
    }
    let unparsed = runs(&directory, "check --in-flight 0");
    assert_eq!((unparsed.status.code(), text(&unparsed.stdout).as_str()), (Some(2), ""));
}
