//! Detection of misspelt settings in the environment.

use std::ffi::{OsStr, OsString};

use clap::CommandFactory;

use super::{Cli, sources::file_variable, suggestion::UnknownName};

const PREFIX: &str = "CHORUS_";
/// Settings of the test suite, whose environment the servers under test inherit.
const TEST_PREFIX: &str = "CHORUS_TEST_";

/// Variables that begin with `CHORUS_` and are not settings. Most likely one is misspelt, and the setting that was meant, an access secret
/// for instance, is not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the environment has variables that are not settings: {0}; correct or unset them, or set CHORUS_ALLOW_UNKNOWN_VARIABLES=true"
)]
pub struct UnknownVariables(String);

/// Fails if the environment has variables that look like misspelt settings. The error shows no values, which may be secrets.
pub fn check_environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(), UnknownVariables> {
    let known = known();
    let unknown: Vec<_> = variables
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
        .filter(|(name, _)| {
            name.starts_with(PREFIX) && !name.starts_with(TEST_PREFIX) && !known.contains(name)
        })
        .filter(|(name, value)| !is_service_variable(name, value))
        .map(|(name, _)| UnknownName::new(name, &known))
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(UnknownVariables(UnknownName::list(unknown))) }
}

/// Returns the variables of all settings, including those of subcommands.
fn known() -> Vec<String> {
    let command = Cli::command();
    let mut commands = vec![&command];
    let mut known = Vec::new();
    while let Some(command) = commands.pop() {
        for setting in command.get_arguments() {
            let (Some(option), Some(variable)) = (setting.get_long(), setting.get_env()) else { continue };
            let variable = variable.to_string_lossy().into_owned();
            known.extend(file_variable(option, &variable));
            known.push(variable);
        }
        commands.extend(command.get_subcommands());
    }
    known
}

/// Whether Kubernetes or Docker's links have set the variable: they put the addresses of all services into each container's environment,
/// for instance those of services called `chorus` or `chorus-db`.
fn is_service_variable(name: &str, value: &OsStr) -> bool {
    let has_address = value.to_string_lossy().contains("://");
    let port = name.split("_PORT_").nth(1).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    name.contains("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || port
        || (name.ends_with("_PORT") && has_address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)]) -> Result<(), String> {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
        check_environment(variables).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_and_variables_of_tests_and_other_programs_are_allowed() {
        let fine = [
            ("CHORUS_LISTEN", "x"),
            ("CHORUS_ACCESS_SECRET", "x"),
            ("CHORUS_ACCESS_SECRET_FILE", "x"),
            ("CHORUS_DATABASE_URL", "x"),
            ("CHORUS_DATABASE_URL_FILE", "x"),
            ("CHORUS_ALLOW_UNKNOWN_VARIABLES", "x"),
            ("CHORUS_TEST_POSTGRES", "require"),
            ("PATH", "x"),
        ];
        assert_eq!(check(&fine), Ok(()));
    }

    #[test]
    fn service_variables_of_kubernetes_are_allowed() {
        let service = [
            ("CHORUS_SERVICE_HOST", "10.0.0.1"),
            ("CHORUS_SERVICE_PORT", "3000"),
            ("CHORUS_SERVICE_PORT_HTTP", "3000"),
            ("CHORUS_PORT", "tcp://10.0.0.1:3000"),
            ("CHORUS_PORT_3000_TCP", "tcp://10.0.0.1:3000"),
            ("CHORUS_PORT_3000_TCP_PROTO", "tcp"),
            ("CHORUS_DB_PORT_5432_TCP_ADDR", "10.0.0.2"),
        ];
        assert_eq!(check(&service), Ok(()));
        assert!(check(&[("CHORUS_PORT", "3000")]).is_err());
    }

    #[test]
    fn a_misspelt_variable_is_refused_with_a_suggestion_and_without_its_value() {
        for (odd, meant) in [
            ("CHORUS_ACCES_SECRET", "CHORUS_ACCESS_SECRET"),
            ("CHORUS_LSITEN", "CHORUS_LISTEN"),
            ("CHORUS_ACCESS_SECRET_FLIE", "CHORUS_ACCESS_SECRET_FILE"),
            ("CHORUS_DATABASE_ULR", "CHORUS_DATABASE_URL"),
        ] {
            let message = check(&[(odd, "hunter22")]).unwrap_err();
            assert!(message.contains(&format!("{odd} (did you mean {meant}?)")), "{message}");
            assert!(!message.contains("hunter22") && message.lines().count() == 1, "{message}");
        }
        let message = check(&[("CHORUS_SOMETHING_ELSE_ENTIRELY", "")]).unwrap_err();
        assert!(message.contains("CHORUS_SOMETHING_ELSE_ENTIRELY;"), "{message}");
    }
}
