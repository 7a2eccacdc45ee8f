//! `--help` and `--version`.

use clap::CommandFactory;
use server::config::Cli;
use tempfile::TempDir;

use crate::support::program::{chorus, runs, text};

#[test]
fn help_lists_the_settings_to_know_and_never_the_secret() {
    let directory = TempDir::new().unwrap();
    let output = chorus(&directory, "--help").env("CHORUS_ACCESS_SECRET", "open-sesame").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    let command = Cli::command();
    let (hidden, listed): (Vec<_>, Vec<_>) =
        command.get_arguments().partition(|setting| setting.is_hide_set());
    assert!(listed.len() > 20, "{listed:?}");
    for setting in listed {
        let name = setting.get_long().unwrap();
        let variable = setting.get_env().unwrap().to_str().unwrap();
        assert!(help.contains(&format!("--{name}")) && help.contains(variable), "{name} is listed");
    }
    for setting in hidden {
        let variable = setting.get_env().unwrap().to_str().unwrap();
        assert!(!help.contains(&format!("{variable}=")), "{variable} is hidden");
    }
    assert!(help.contains("docs/SETTINGS.md"));
    assert!(!help.contains("open-sesame"));
}

#[test]
fn the_version_is_printed() {
    let output = runs(&TempDir::new().unwrap(), "--version");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), format!("chorus {}\n", env!("CARGO_PKG_VERSION")));
}
