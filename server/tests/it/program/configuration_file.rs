//! Settings in a configuration file.

use std::{fs, process::Stdio};

use tempfile::TempDir;

use crate::support::{
    Browser,
    program::{Started, chorus, is_ready, runs, signal, text, wait_for_exit},
};

#[tokio::test]
async fn a_server_takes_its_settings_from_the_file_and_options_and_variables_win() {
    let directory = TempDir::new().unwrap();
    let file = "listen = \"127.0.0.1:1\"\ndatabase = \"sqlite://of-the-file.db\"\nmax-topics = 5\nmax-followed = 5\n\
                access-secret = \"open-sesame\"\n";
    fs::write(directory.path().join("chorus.toml"), file).unwrap();
    for (arguments, variable) in [
        ("--config chorus.toml --listen 127.0.0.1:0", ("CHORUS_MAX_TOPICS", "6")),
        ("serve --listen 127.0.0.1:0 --max-topics 6", ("CHORUS_CONFIG", "chorus.toml")),
    ] {
        let Started { child, address, .. } = is_ready(chorus(&directory, arguments).envs([variable]));
        assert_eq!(Browser::new(address).gets("/api/v1/topics").await.status, 401, "it has a secret");
        signal(child.id(), "TERM");
        let log = text(&wait_for_exit(child).stderr);
        assert!(log.contains("max-followed=5 max-topics=6"), "{log}");
        assert!(log.contains("SQLite of-the-file.db") && !log.contains("sesame"), "{log}");
    }
    let list = runs(&directory, "topic list --config chorus.toml");
    assert_eq!((list.status.code(), text(&list.stdout).as_str()), (Some(0), ""));
    assert!(!directory.path().join("data").exists(), "commands use the database of the file");
}

#[test]
fn a_file_with_a_mistake_prevents_the_start_with_one_line() {
    let directory = TempDir::new().unwrap();
    for (file, says) in [
        ("max-topic = 3\n", "max-topic (did you mean max-topics?)"),
        ("in-flight = 0\n", "must be at least 1"),
        ("log-requests = 1\n", "log-requests must be true or false"),
        ("access-secret = open-sesame\n", "line 1"),
        ("access-secret = \"sesame\"\n", "at least 8 bytes"),
    ] {
        fs::write(directory.path().join("chorus.toml"), file).unwrap();
        let output = runs(&directory, "--listen 127.0.0.1:0 --config chorus.toml");
        let error = text(&output.stderr);
        assert_eq!((output.status.code(), error.lines().count()), (Some(2), 1), "{error}");
        assert!(error.starts_with("chorus: chorus.toml") && error.contains(says), "{error}");
        assert!(!error.contains("sesame"), "{error}");
    }
    let missing = runs(&directory, "--config missing.toml");
    let error = text(&missing.stderr);
    assert_eq!((missing.status.code(), error.lines().count()), (Some(2), 1), "{error}");
    assert!(error.contains("cannot read the configuration file missing.toml: "), "{error}");
}

#[test]
fn a_setting_that_a_command_does_not_have_does_not_stop_it() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("chorus.toml"), "in-flight = 0\n").unwrap();
    let mut command = chorus(&directory, "migrate up --database sqlite://x.db");
    command.env("CHORUS_CONFIG", "chorus.toml").stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = wait_for_exit(command.spawn().unwrap());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}
