//! The command line before it is parsed.

use std::ffi::OsString;

use clap::{Arg, ArgMatches, Command, CommandFactory};

use super::{SourcedValue, Variables};
use crate::config::Cli;

/// Arguments that print something instead of running a command.
const HELP_OPTIONS: [&str; 4] = ["--help", "-h", "--version", "-V"];

/// The arguments of the process, and the command that they name.
pub(in crate::config) struct CommandLine {
    arguments: Vec<OsString>,
    command: Command,
    /// `None` for `chorus` alone.
    subcommand: Option<String>,
}

impl CommandLine {
    pub(in crate::config) fn new(arguments: Vec<OsString>) -> Self {
        let command = Cli::command();
        let subcommand = arguments.get(1).and_then(|name| command.find_subcommand(name));
        let subcommand = subcommand.map(|found| found.get_name().to_owned());
        // Without this, clap would also parse the settings of `chorus` alone, from the environment.
        let command =
            if subcommand.is_some() { command.mut_args(|arg| arg.env(None::<&str>)) } else { command };
        Self { arguments, command, subcommand }
    }

    /// Returns the options of the command that have a variable.
    pub(in crate::config) fn settings(&self) -> impl Iterator<Item = &Arg> {
        let subcommand = self.subcommand.as_ref().and_then(|name| self.command.find_subcommand(name));
        let command = subcommand.unwrap_or(&self.command);
        command.get_arguments().filter(|arg| arg.get_long().is_some() && arg.get_env().is_some())
    }

    pub(super) fn setting(&self, name: &str) -> Option<&Arg> {
        self.settings().find(|arg| arg.get_long() == Some(name))
    }

    /// Whether an option or the variable of the setting is given. Clap takes no argument that begins with a hyphen for the value of an
    /// option, so an argument that looks like the option is the option.
    pub(super) fn is_given(&self, name: &str, variables: Variables) -> bool {
        self.has_option(name) || self.variable_of(name).is_some_and(|variable| variables(&variable).is_some())
    }

    pub(super) fn has_option(&self, name: &str) -> bool {
        let option = format!("--{name}");
        self.options().any(|argument| {
            let argument = argument.to_string_lossy();
            argument.strip_prefix(&option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        })
    }

    pub(super) fn variable_of(&self, name: &str) -> Option<String> {
        Some(self.setting(name)?.get_env()?.to_string_lossy().into_owned())
    }

    /// Returns the value of an option. One that is not UTF-8 is changed, so that it names no file by mistake.
    pub(super) fn value_of(&self, name: &str) -> Option<OsString> {
        let option = format!("--{name}");
        let mut options = self.options();
        while let Some(argument) = options.next() {
            let argument = argument.to_string_lossy();
            if argument == option.as_str() {
                return options.next().cloned();
            }
            if let Some(value) = argument.strip_prefix(&option).and_then(|rest| rest.strip_prefix('=')) {
                return Some(value.into());
            }
        }
        None
    }

    /// Whether the arguments ask for help or the version, which needs no settings.
    pub(super) fn asks_for_help(&self) -> bool {
        let is_help =
            |argument: &OsString| argument.to_str().is_some_and(|text| HELP_OPTIONS.contains(&text));
        self.arguments.get(1).is_some_and(|command| command == "help") || self.options().any(is_help)
    }

    /// Parses the arguments and, before them, the values of other places.
    pub(in crate::config) fn matches(mut self, values: &[SourcedValue]) -> Result<ArgMatches, clap::Error> {
        let start = self.arguments.len().min(1 + usize::from(self.subcommand.is_some()));
        drop(self.arguments.splice(start..start, values.iter().map(SourcedValue::argument)));
        self.command.try_get_matches_from(self.arguments)
    }

    fn options(&self) -> impl Iterator<Item = &OsString> {
        self.arguments.iter().skip(1).take_while(|argument| *argument != "--")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> CommandLine {
        CommandLine::new(text.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn an_option_is_found_in_both_spellings_and_not_among_plain_arguments() {
        for text in ["chorus --config a.toml", "chorus serve --log info --config=a.toml"] {
            assert_eq!(line(text).value_of("config").unwrap(), "a.toml");
        }
        assert_eq!(line("chorus backup -- --config").value_of("config"), None);
        assert_eq!(line("chorus --config-file=a").value_of("config"), None);
        assert!(line("chorus --log-requests").has_option("log-requests"));
        assert!(!line("chorus --log-requests").has_option("log"));
    }

    #[test]
    fn a_variable_counts_for_the_commands_that_have_the_setting() {
        let is_given = |text: &str, name: &str| {
            line(text).is_given(name, &|variable| (variable == "CHORUS_MAX_TOPICS").then(|| "5".into()))
        };
        assert!(is_given("chorus", "max-topics") && is_given("chorus serve", "max-topics"));
        assert!(!is_given("chorus backup x", "max-topics") && !is_given("chorus", "max-followed"));
    }

    #[test]
    fn help_needs_no_settings() {
        for text in ["chorus --help", "chorus serve -h", "chorus -V", "chorus help", "chorus help serve"] {
            assert!(line(text).asks_for_help(), "{text}");
        }
        assert!(!line("chorus topic list").asks_for_help() && !line("chorus").asks_for_help());
    }
}
