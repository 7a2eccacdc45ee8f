//! The configuration file: TOML with a key for each setting, which is the name of its option.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::{Arg, CommandFactory};
use toml::{Table, Value};

use super::{
    CommandLine, SourcedValue, SourcedValues, Variables, read_text::read_text, secret_files::is_secret,
};
use crate::config::{Cli, suggestion::UnknownName};

/// The setting that names the file.
const FILE_SETTING: &str = "config";
const MAX_FILE_BYTES: u64 = 1_024 * 1_024;
/// Settings whose values are separated by commas. The file may have a list instead.
const LIST_SETTINGS: [&str; 3] = ["allow-origin", "hints", "trusted-proxy"];

/// The reason why a configuration file cannot be used. No message has a value of the file, which may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {error}", .file.display())]
    Read { file: PathBuf, error: io::Error },
    /// The file is not TOML.
    #[error("{}, line {line}: {message}", .file.display())]
    Syntax { file: PathBuf, line: usize, message: String },
    /// Keys are not settings.
    #[error("{} has keys that are not settings: {names}", .file.display())]
    Unknown { file: PathBuf, names: String },
    /// A value has the wrong type.
    #[error("{}: {name} must be {expected}", .file.display())]
    Type { file: PathBuf, name: String, expected: &'static str },
}

/// The value of a key.
enum FileValue {
    Text(String),
    /// A flag that is on.
    Set,
    /// A flag that is off, as without the key.
    Unset,
}

/// Adds the values of the file that the option or the variable names, except for settings that are given.
pub(super) fn add_values(
    found: &mut SourcedValues,
    line: &CommandLine,
    variables: Variables,
) -> Result<(), FileError> {
    let variable = line.variable_of(FILE_SETTING);
    let from_variable = || variable.and_then(|variable| variables(&variable));
    let Some(file) = line.value_of(FILE_SETTING).or_else(from_variable).map(PathBuf::from) else {
        return Ok(());
    };
    for (name, value) in read(&file)? {
        // A command ignores the settings that it does not have.
        let Some(setting) = line.setting(&name) else { continue };
        let value = value_of(setting, &name, &value);
        let value =
            value.map_err(|expected| FileError::Type { file: file.clone(), name: name.clone(), expected })?;
        if line.is_given(&name, variables) || found.has(&name) {
            continue;
        }
        let value = match value {
            FileValue::Text(text) => Some(text),
            FileValue::Set => None,
            FileValue::Unset => continue,
        };
        found.values.push(SourcedValue { name, value, place: file.display().to_string() });
    }
    found.files.push(file);
    Ok(())
}

/// Errors: the file is no TOML, or has keys that are not settings.
fn read(file: &Path) -> Result<Table, FileError> {
    let text = read_text(file, MAX_FILE_BYTES);
    let text = text.map_err(|error| FileError::Read { file: file.to_owned(), error })?;
    let table = text.parse::<Table>().map_err(|error| syntax_error(file, &text, &error))?;
    let known = known();
    let unknown = table.keys().filter(|name| !known.contains(name));
    let unknown: Vec<_> = unknown.map(|name| UnknownName::new(name.clone(), &known)).collect();
    if unknown.is_empty() {
        return Ok(table);
    }
    Err(FileError::Unknown { file: file.to_owned(), names: UnknownName::list(unknown) })
}

/// The error's own text would show the line, which may have a secret, and so does the message of serde about a number that is too large.
fn syntax_error(file: &Path, text: &str, error: &toml::de::Error) -> FileError {
    let start = error.span().map_or(0, |span| span.start);
    let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
    let has_value = error.message().starts_with("invalid type");
    let message = if has_value { "the number is too large" } else { error.message() };
    FileError::Syntax { file: file.to_owned(), line, message: message.to_owned() }
}

/// Returns the names of the settings of `serve`.
fn known() -> Vec<String> {
    let command = Cli::command();
    let names = command.get_arguments().filter_map(Arg::get_long);
    names.filter(|name| *name != FILE_SETTING).map(str::to_owned).collect()
}

/// Returns the value as the option takes it. Errors: the type that the setting has.
fn value_of(setting: &Arg, name: &str, value: &Value) -> Result<FileValue, &'static str> {
    match (setting.get_action().takes_values(), value) {
        (false, Value::Boolean(true)) => Ok(FileValue::Set),
        (false, Value::Boolean(false)) => Ok(FileValue::Unset),
        (false, _) => Err("true or false"),
        (true, Value::String(text)) => Ok(FileValue::Text(text.clone())),
        (true, Value::Array(items)) if LIST_SETTINGS.contains(&name) => joined(items).map(FileValue::Text),
        (true, _) if LIST_SETTINGS.contains(&name) => Err("text or a list of texts"),
        // As numbers, `1_000` and `0x3e8` would be the secret `1000`, which nobody has written.
        (true, _) if is_secret(name) => Err("text in quotes"),
        (true, Value::Integer(number)) => Ok(FileValue::Text(number.to_string())),
        (true, _) => Err("text in quotes or a whole number"),
    }
}

/// Without items the setting would have its default, which is not what an empty list says.
fn joined(items: &[Value]) -> Result<String, &'static str> {
    let texts: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
    let texts = texts.filter(|texts| !texts.is_empty());
    texts.map(|texts| texts.join(",")).ok_or("a list of at least one text")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    /// The options that a file adds to a command line.
    fn added(text: &str, line: &str) -> Result<Vec<String>, String> {
        let directory = tempfile::TempDir::new().unwrap();
        let file = directory.path().join("chorus.toml");
        std::fs::write(&file, text).unwrap();
        let line = format!("{line} --config {}", file.display());
        let line = CommandLine::new(line.split(' ').map(OsString::from).collect());
        let mut found = SourcedValues::default();
        let variables = |name: &str| (name == "CHORUS_MAX_FOLLOWED").then(|| OsString::from("7"));
        add_values(&mut found, &line, &variables).map_err(|error| error.to_string())?;
        assert_eq!(found.files, [file]);
        Ok(found.values.iter().map(|value| value.argument().into_string().unwrap()).collect())
    }

    #[test]
    fn each_key_becomes_an_option_unless_one_or_a_variable_is_given() {
        let text = "listen = \"localhost:80\" # as an option takes it\nmax-topics = 1_000\nmax-followed = 3\nlog-requests = true\n\
                    secure-cookies = false\nallow-origin = [\"https://a.example\", \"https://b.example\"]\n";
        let all = [
            "--allow-origin=https://a.example,https://b.example",
            "--listen=localhost:80",
            "--log-requests",
            "--max-topics=1000",
        ];
        let mut options = added(text, "chorus").unwrap();
        options.sort();
        assert_eq!(options, all);
        assert!(
            !added(text, "chorus serve --listen=x").unwrap().iter().any(|value| value.contains("listen"))
        );
        assert_eq!(added(text, "chorus status").unwrap(), ["--listen=localhost:80"]);
        assert_eq!(added(text, "chorus backup x").unwrap(), [""; 0]);
    }

    #[test]
    fn a_key_that_is_no_setting_is_refused_with_a_suggestion() {
        for (text, says) in [
            ("max_topics = 3\n", "max_topics (did you mean max-topics?)"),
            ("acces-secret = \"open-sesame\"\n", "acces-secret (did you mean access-secret?)"),
            ("[limits]\nmax-topics = 3\n", "limits"),
            ("config = \"other.toml\"\n", "config"),
            ("to = \"sqlite://x\"\n", "to"),
        ] {
            let message = added(text, "chorus backup x").unwrap_err();
            assert!(message.contains(&format!("not settings: {says}")), "{message}");
            assert!(!message.contains("sesame"), "{message}");
        }
    }

    #[test]
    fn a_value_has_the_type_of_its_setting_and_is_not_repeated() {
        for (text, says) in [
            ("log-requests = \"sesame\"\n", "log-requests must be true or false"),
            ("max-topics = true\n", "max-topics must be text in quotes or a whole number"),
            ("max-topics = 1.5\n", "max-topics must be"),
            ("access-secret = [\"open-sesame\"]\n", "access-secret must be"),
            ("trusted-proxy = []\n", "trusted-proxy must be a list of at least one text"),
            ("trusted-proxy = [1]\n", "trusted-proxy must be a list of at least one text"),
            ("trusted-proxy = true\n", "trusted-proxy must be text or a list of texts"),
            ("[access-secret]\nsesame = 1\n", "access-secret must be"),
            ("access-secret = 0xdead_beef # sesame\n", "access-secret must be text in quotes"),
        ] {
            let message = added(text, "chorus").unwrap_err();
            assert!(message.contains(says) && !message.contains("sesame"), "{message}");
        }
    }

    #[test]
    fn a_mistake_in_the_syntax_names_the_line_and_not_its_text() {
        for text in [
            "max-topics = 3\naccess-secret = open-sesame\n",
            "max-topics = 3\naccess-secret = \"open-sesame\n",
            "max-topics = 3\nmax-topics = 4 # sesame\n",
            "max-topics = 3\nopen-sesame\n",
        ] {
            let message = added(text, "chorus").unwrap_err();
            assert!(message.contains("chorus.toml, line 2: "), "{message}");
            assert!(!message.contains("sesame") && message.lines().count() == 1, "{message}");
        }
        for number in ["12345678901234567890123", "-12345678901234567890123"] {
            let message = added(&format!("access-secret = {number}\n"), "chorus").unwrap_err();
            assert!(message.ends_with("chorus.toml, line 1: the number is too large"), "{message}");
        }
    }
}
