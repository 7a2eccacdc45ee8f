//! Values of settings that stand neither on the command line nor in a setting's own variable.
//!
//! Each value becomes an option of the command line before it is parsed, so that all values have the same parsers and ranges.

mod command_line;
mod file;
mod read_text;
mod secret_files;
mod state_directory;

use std::{ffi::OsString, path::PathBuf};

pub(super) use command_line::CommandLine;
pub use file::FileError;
pub use secret_files::SecretFileError;
pub(super) use secret_files::file_variable;
pub(crate) use state_directory::url_of;

/// Returns the value of an environment variable.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The value of a setting, and its place.
#[derive(Debug)]
pub(super) struct SourcedValue {
    /// The setting's name, as in its option.
    pub(super) name: String,
    /// `None` for a flag.
    value: Option<String>,
    /// The place of the value, for messages.
    pub(super) place: String,
}

/// The values that were found.
#[derive(Debug, Default)]
pub(super) struct SourcedValues {
    pub(super) values: Vec<SourcedValue>,
    /// The files that were read.
    pub(super) files: Vec<PathBuf>,
}

/// The reason why a place of settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The configuration file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file of a secret cannot be used.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
}

impl SourcedValue {
    fn argument(&self) -> OsString {
        match &self.value {
            Some(value) => format!("--{}={value}", self.name),
            None => format!("--{}", self.name),
        }
        .into()
    }
}

impl SourcedValues {
    /// Finds the values of all settings that the command has and that are not given by an option or a variable.
    pub(super) fn find(line: &CommandLine, variables: Variables) -> Result<Self, SourceError> {
        let mut found = Self::default();
        if !line.asks_for_help() {
            secret_files::add_values(&mut found, line, variables)?;
            file::add_values(&mut found, line, variables)?;
            state_directory::add_database(&mut found, line, variables);
        }
        Ok(found)
    }

    fn has(&self, name: &str) -> bool {
        self.values.iter().any(|value| value.name == name)
    }
}
