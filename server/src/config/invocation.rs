//! The command of this process, with the settings of all places.

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::{
    Cli, Command, SettingValues,
    sources::{CommandLine, SourceError, SourcedValue, SourcedValues, Variables},
};

/// The command line of this process, with the settings from all sources.
#[derive(Debug)]
pub struct Invocation {
    pub command: Command,
    /// The values of the command's settings.
    pub values: SettingValues,
    /// The files that settings were read from.
    pub files: Vec<PathBuf>,
}

/// The reason why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvocationError {
    /// The command line or a variable is wrong, or help was asked for.
    #[error("{}", one_line(.0))]
    Usage(clap::Error),
    /// A value in a file is wrong.
    #[error("{place}: {message}")]
    Value { place: String, message: String },
    /// A file of settings cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Invocation {
    /// Parses the arguments, the environment and the files that they name. A subcommand ignores the variables and the values of settings
    /// that it does not have, and an invalid one that an option replaces.
    pub fn of_process() -> Result<Self, InvocationError> {
        Self::parse(std::env::args_os().collect(), &|name| std::env::var_os(name))
    }

    pub(super) fn parse(arguments: Vec<OsString>, variables: Variables) -> Result<Self, InvocationError> {
        let line = CommandLine::new(arguments);
        let SourcedValues { values, files } = SourcedValues::find(&line, variables)?;
        let settings: Vec<_> = line.settings().filter_map(SettingValues::key).collect();
        let mut matches = line.matches(&values).map_err(|error| refused(error, &values))?;
        let raw = SettingValues::of(command_matches(&matches), &settings);
        let cli = Cli::from_arg_matches_mut(&mut matches);
        let cli = cli.map_err(|error| InvocationError::Usage(error.format(&mut Cli::command())))?;
        Ok(Self { command: cli.into_command(), values: raw, files })
    }
}

fn command_matches(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, matches)| matches)
}

/// Names the place of a value that was refused. Clap names only its option.
fn refused(error: clap::Error, values: &[SourcedValue]) -> InvocationError {
    let message = one_line(&error);
    let is_named = |SourcedValue { name, .. }: &&SourcedValue| {
        message.contains(&format!("'--{name}'")) || message.contains(&format!("'--{name} "))
    };
    match values.iter().find(is_named) {
        Some(SourcedValue { place, .. }) => InvocationError::Value { place: place.clone(), message },
        None => InvocationError::Usage(error),
    }
}

/// Returns a usage error without its hints.
fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line: Vec<_> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    line.join(" ").trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str, file: &str) -> Result<Invocation, InvocationError> {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("chorus.toml");
        std::fs::write(&path, file).unwrap();
        let arguments = line.split(' ').map(OsString::from).collect();
        Invocation::parse(arguments, &|name| (name == "CHORUS_CONFIG").then(|| path.clone().into()))
    }

    #[test]
    fn a_value_of_the_file_is_checked_like_an_option_and_named_by_the_file() {
        for (file, says) in [
            ("in-flight = 0\n", "--in-flight"),
            ("log = \"infoo\"\n", "infoo is not a log level"),
            ("sync = \"half\"\n", "--sync"),
            ("in-flight = -1\n", "invalid digit"),
        ] {
            let message = parse("chorus", file).unwrap_err().to_string();
            assert!(message.contains("chorus.toml: ") && message.contains(says), "{message}");
            assert_eq!(message.lines().count(), 1, "{message}");
        }
        let message = parse("chorus --in-flight 0", "in-flight = 3\n").unwrap_err().to_string();
        assert!(message.contains("--in-flight") && !message.contains("chorus.toml"), "{message}");
        let other = parse("chorus --ping-seconds 86401", "in-flight = 3\n").unwrap_err().to_string();
        assert!(!other.contains("chorus.toml"), "{other}");
    }

    #[test]
    fn a_secret_of_the_file_that_is_refused_is_not_repeated() {
        for file in ["access-secret = \"sesame\"\n", "hints = \"kafka://sesame\"\n"] {
            let message = parse("chorus", file).unwrap_err().to_string();
            assert!(message.contains("chorus.toml: ") && !message.contains("sesame"), "{message}");
        }
    }

    #[test]
    fn an_option_stands_above_the_file() {
        let file = "max-topics = 3\nlog-requests = true\ndatabase = \"sqlite://of/file.db\"\n";
        let Command::Serve(settings) = parse("chorus --max-topics 4", file).unwrap().command else {
            panic!("it serves")
        };
        assert_eq!((settings.limits.max_topics, settings.log_requests), (4, true));
        for line in ["chorus migrate status", "chorus topic list", "chorus new-epoch"] {
            let database = match parse(line, file).unwrap().command {
                Command::Migrate(migrate) => migrate.database,
                Command::Topic(topic) => topic.database,
                Command::NewEpoch(database) => database,
                other => panic!("{other:?}"),
            };
            assert_eq!(database.database, "sqlite://of/file.db", "{line}");
        }
        assert!(
            parse("chorus --help", "nonsense").is_err_and(|error| {
                matches!(error, InvocationError::Usage(error) if !error.use_stderr())
            })
        );
    }

    #[test]
    fn values_that_differ_are_found_by_their_names() {
        let values = |file: &str| parse("chorus", file).unwrap().values;
        let before = values("max-topics = 3\nlog-requests = true\naccess-secret = \"open-sesame\"\n");
        assert_eq!(
            before.changed(&values("log = \"warn\"\nmax-topics = 3\n")),
            ["access-secret", "log", "log-requests"]
        );
        assert!(!format!("{before:?}").contains("sesame"));
    }
}
