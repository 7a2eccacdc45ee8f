//! Parses `deploy/chorus.toml`, so that the example cannot become wrong.

use std::ffi::OsString;

use super::{Command, Invocation, Settings};

const EXAMPLE: &str = include_str!("../../../deploy/chorus.toml");

fn settings(file: &str) -> Settings {
    let directory = tempfile::TempDir::new().unwrap();
    let path = directory.path().join("chorus.toml");
    std::fs::write(&path, file).unwrap();
    let arguments = [OsString::from("chorus"), "--config".into(), path.into()];
    let invocation = Invocation::parse(arguments.into(), &|_| None);
    let Command::Serve(settings) = invocation.unwrap().command else { panic!("it serves") };
    settings
}

/// Whether a line of the example would be a setting without the `#` before it.
fn is_setting(line: &str) -> bool {
    let key = line.split_once(" = ").map(|(key, _)| key);
    key.is_some_and(|key| !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
}

#[test]
fn the_example_is_a_configuration_file() {
    let settings = settings(EXAMPLE);
    assert_eq!(settings.database, "sqlite:///var/lib/chorus/chorus.db");
    assert_eq!(settings.public_url.unwrap().to_string(), "https://chat.example");
}

#[test]
fn the_settings_in_its_comments_can_be_used() {
    let lines = EXAMPLE.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| is_setting(line));
    let lines: Vec<_> = lines.collect();
    assert!(lines.len() >= 10, "{lines:?}");
    let settings = settings(&lines.join("\n"));
    assert_eq!((settings.check(), settings.limits.max_topics, settings.log_requests), (Ok(()), 1_000, true));
}
