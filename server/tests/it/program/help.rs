//! `--help` and `--version`.

use clap::CommandFactory;
use server::config::Cli;
use tempfile::TempDir;

use crate::support::program::{chorus, runs, text};

#[test]
fn help_lists_every_setting_and_never_the_secret() {
    let directory = TempDir::new().unwrap();
    let output = chorus(&directory, "--help").env("CHORUS_ACCESS_SECRET", "open-sesame").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    let command = Cli::command();
    let settings: Vec<_> = command.get_arguments().filter_map(|setting| setting.get_long()).collect();
    assert!(settings.len() > 20, "{settings:?}");
    for setting in settings {
        assert!(help.contains(&format!("--{setting}")), "--{setting}");
    }
    for variable in command.get_arguments().filter_map(clap::Arg::get_env) {
        assert!(help.contains(variable.to_str().unwrap()), "{variable:?}");
    }
    assert!(!help.contains("open-sesame"));
}

#[test]
fn the_version_is_printed() {
    let output = runs(&TempDir::new().unwrap(), "--version");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), format!("chorus {}\n", env!("CARGO_PKG_VERSION")));
}
