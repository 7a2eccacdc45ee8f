//! Compares docs/SETTINGS.md with the command line, so that the page cannot become untrue.

use std::collections::BTreeSet;

use clap::{Arg, CommandFactory};

use super::Cli;

const PAGE: &str = include_str!("../../../docs/SETTINGS.md");
/// The heading of the settings that `--help` hides.
const HIDDEN_HEADING: &str = "## Further settings";

/// A setting's name, default and whether `--help` hides it.
type Row = (String, String, bool);

/// Numbers on the page have separators.
fn without_separators(default: &str) -> String {
    default.replace(',', "")
}

fn documented() -> Vec<Row> {
    let (_, hidden) = PAGE.split_once(HIDDEN_HEADING).unwrap();
    let row = |line: &'static str| {
        let mut cells = line.strip_prefix("| `--")?.split(" | ");
        let name = cells.next()?.strip_suffix('`')?;
        Some((name.to_owned(), without_separators(cells.next()?), hidden.contains(line)))
    };
    PAGE.lines().filter_map(row).collect()
}

fn row(setting: &Arg) -> Row {
    let values: Vec<_> = setting.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = match values.as_slice() {
        [] if setting.get_action().takes_values() => "none".to_owned(),
        [] => "off".to_owned(),
        values => values.join(","),
    };
    (setting.get_long().unwrap().to_owned(), without_separators(&default), setting.is_hide_set())
}

#[test]
fn the_page_lists_every_setting_once_with_its_default() {
    let documented = documented();
    let settings: BTreeSet<Row> = Cli::command().get_arguments().map(row).collect();
    assert_eq!(documented.iter().cloned().collect::<BTreeSet<_>>(), settings);
    assert_eq!(documented.len(), settings.len(), "a setting is listed twice");
}

#[test]
fn a_settings_variable_follows_from_its_name() {
    for setting in Cli::command().get_arguments() {
        let name = setting.get_long().unwrap();
        let variable = match name {
            "database" => "CHORUS_DATABASE_URL".to_owned(),
            _ => format!("CHORUS_{}", name.replace('-', "_").to_uppercase()),
        };
        assert_eq!(setting.get_env().unwrap().to_str(), Some(variable.as_str()));
    }
}
