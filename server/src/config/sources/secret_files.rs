//! Secrets in files of their own: those that `CHORUS_…_FILE` names, and systemd's credentials.
//!
//! A file is not inherited by other processes, and a supervisor can keep it from other users.

use std::{
    io::{self, ErrorKind},
    path::PathBuf,
};

use super::{CommandLine, SourcedValue, SourcedValues, Variables, read_text::read_text};

/// Options whose values are secret, or may have a password.
const SECRETS: [&str; 5] = ["access-secret", "database", "database-direct-url", "hints", "to"];
const VARIABLE_PREFIX: &str = "CHORUS_";
const FILE_SUFFIX: &str = "_FILE";
/// The folder of the credentials that systemd has loaded for a service (systemd.exec(5), `LoadCredential=`).
const CREDENTIALS_VARIABLE: &str = "CREDENTIALS_DIRECTORY";
const MAX_SECRET_BYTES: u64 = 64 * 1_024;
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The reason why the file of a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// The file cannot be read.
    #[error("cannot read the secret of {place}, {}: {error}", .file.display())]
    Read { place: String, file: PathBuf, error: io::Error },
    /// The file has no text.
    #[error("the secret of {place}, {}, is empty", .file.display())]
    Empty { place: String, file: PathBuf },
    /// It would not be clear which of two values counts.
    #[error("{first} and {second} are both given; leave one of them out")]
    GivenTwice { first: String, second: String },
}

/// A file, and what names it.
struct SecretFile {
    place: String,
    file: PathBuf,
    text: io::Result<String>,
}

/// Whether the value of an option is secret, or may have a password.
pub(super) fn is_secret(option: &str) -> bool {
    SECRETS.contains(&option)
}

/// Returns the variable that names the file of a secret, or `None` for an option that is not one.
pub(in crate::config) fn file_variable(option: &str, variable: &str) -> Option<String> {
    is_secret(option).then(|| format!("{variable}{FILE_SUFFIX}"))
}

/// Adds the secrets that stand in files. Errors: a secret is also given in another way, other than by the configuration file.
pub(super) fn add_values(
    found: &mut SourcedValues,
    line: &CommandLine,
    variables: Variables,
) -> Result<(), SecretFileError> {
    for name in SECRETS {
        let Some(variable) = line.variable_of(name) else { continue };
        let mut files = secret_files(&variable, variables);
        let Some(SecretFile { place, file, text }) = files.pop() else { continue };
        if let Some(other) = other_place(line, name, &variable, &files, variables) {
            return Err(SecretFileError::GivenTwice { first: other, second: place });
        }
        let text =
            text.map_err(|error| SecretFileError::Read { place: place.clone(), file: file.clone(), error })?;
        let secret = secret_in(&text);
        if secret.is_empty() {
            return Err(SecretFileError::Empty { place, file });
        }
        found.values.push(SourcedValue { name: name.to_owned(), value: Some(secret.to_owned()), place });
        found.files.push(file);
    }
    Ok(())
}

/// Returns the other place at which a secret is given.
fn other_place(
    line: &CommandLine,
    name: &str,
    variable: &str,
    files: &[SecretFile],
    variables: Variables,
) -> Option<String> {
    let option = line.has_option(name).then(|| format!("--{name}"));
    let own = || variables(variable).map(|_| variable.to_owned());
    option.or_else(own).or_else(|| files.first().map(|other| other.place.clone()))
}

fn secret_files(variable: &str, variables: Variables) -> Vec<SecretFile> {
    [named_file(variable, variables), credential(variable, variables)].into_iter().flatten().collect()
}

fn named_file(variable: &str, variables: Variables) -> Option<SecretFile> {
    let place = format!("{variable}{FILE_SUFFIX}");
    let file = PathBuf::from(variables(&place)?);
    Some(SecretFile { place, text: read_text(&file, MAX_SECRET_BYTES), file })
}

/// Returns the credential of this setting, if the service has one. Its name is that of the variable without `CHORUS_`, as in
/// `database-url`.
fn credential(variable: &str, variables: Variables) -> Option<SecretFile> {
    let folder = variables(CREDENTIALS_VARIABLE).filter(|folder| !folder.is_empty())?;
    let name = variable.strip_prefix(VARIABLE_PREFIX)?.to_lowercase().replace('_', "-");
    let file = PathBuf::from(folder).join(&name);
    let text = read_text(&file, MAX_SECRET_BYTES);
    if text.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        return None;
    }
    Some(SecretFile { place: format!("the credential {name}"), text, file })
}

/// Removes a byte order mark and the end of the last line, which editors and `echo` add.
fn secret_in(text: &str) -> &str {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use tempfile::TempDir;

    use super::*;

    /// The values that a command gets in an environment with these variables, whose `@` stands for the folder.
    fn found(folder: &TempDir, line: &str, given: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let folder = folder.path().to_str().unwrap();
        let variables = |name: &str| {
            let (_, value) = given.iter().find(|(given, _)| *given == name)?;
            Some(OsString::from(value.replace('@', folder)))
        };
        let line = CommandLine::new(line.split(' ').map(OsString::from).collect());
        let mut found = SourcedValues::default();
        add_values(&mut found, &line, &variables).map_err(|error| error.to_string())?;
        assert_eq!(found.files.len(), found.values.len());
        Ok(found.values.iter().map(|value| value.argument().into_string().unwrap()).collect())
    }

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = TempDir::new().unwrap();
        files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
        folder
    }

    #[test]
    fn a_secret_is_read_from_the_file_of_its_variable_without_the_end_of_the_line() {
        let folder =
            folder(&[("a", "open-sesame\n"), ("b", " two words \r\n"), ("c", "postgres://a:b@c/d\n\n")]);
        std::fs::write(folder.path().join("marked"), "\u{feff}open-sesame\r\n").unwrap();
        for (file, secret) in [("@/a", "open-sesame"), ("@/b", " two words "), ("@/marked", "open-sesame")] {
            let values = found(&folder, "chorus", &[("CHORUS_ACCESS_SECRET_FILE", file)]).unwrap();
            assert_eq!(values, [format!("--access-secret={secret}")]);
        }
        let given = [("CHORUS_DATABASE_URL_FILE", "@/c"), ("CHORUS_HINTS_FILE", "@/a")];
        let all = ["--database=postgres://a:b@c/d\n", "--hints=open-sesame"];
        assert_eq!(found(&folder, "chorus serve", &given).unwrap(), all);
        assert_eq!(found(&folder, "chorus migrate status", &given).unwrap(), all[..1], "it has no hints");
        let to = [("CHORUS_MOVE_TO_FILE", "@/a")];
        assert_eq!(found(&folder, "chorus move", &to).unwrap(), ["--to=open-sesame"]);
    }

    #[test]
    fn a_credential_is_named_like_its_variable() {
        let folder =
            folder(&[("access-secret", "open-sesame"), ("database-url", "sqlite://x\n"), ("other", "")]);
        let given = [("CREDENTIALS_DIRECTORY", "@")];
        let all = ["--access-secret=open-sesame", "--database=sqlite://x"];
        assert_eq!(found(&folder, "chorus", &given).unwrap(), all);
        assert_eq!(found(&folder, "chorus", &[("CREDENTIALS_DIRECTORY", "")]).unwrap(), [""; 0]);
        assert_eq!(found(&folder, "chorus", &[("CREDENTIALS_DIRECTORY", "@/none")]).unwrap(), [""; 0]);
    }

    #[test]
    fn a_secret_that_is_given_twice_is_refused() {
        let folder = folder(&[("access-secret", "open-sesame")]);
        let file = ("CHORUS_ACCESS_SECRET_FILE", "@/access-secret");
        let credential = ("CREDENTIALS_DIRECTORY", "@");
        let variable = ("CHORUS_ACCESS_SECRET", "open-sesame");
        for (line, given, says) in [
            ("chorus", [file, variable], "CHORUS_ACCESS_SECRET and CHORUS_ACCESS_SECRET_FILE are both"),
            (
                "chorus",
                [file, credential],
                "CHORUS_ACCESS_SECRET_FILE and the credential access-secret are both",
            ),
            (
                "chorus",
                [variable, credential],
                "CHORUS_ACCESS_SECRET and the credential access-secret are both",
            ),
            (
                "chorus --access-secret=x",
                [file, file],
                "--access-secret and CHORUS_ACCESS_SECRET_FILE are both",
            ),
        ] {
            let message = found(&folder, line, &given).unwrap_err();
            assert!(message.starts_with(says) && !message.contains("sesame"), "{message}");
        }
    }

    #[test]
    fn a_file_without_a_secret_is_refused() {
        let folder = folder(&[("empty", "\n")]);
        for (file, says) in
            [("@/none", "cannot read the secret of CHORUS_ACCESS_SECRET_FILE, "), ("@/empty", "is empty")]
        {
            let message = found(&folder, "chorus", &[("CHORUS_ACCESS_SECRET_FILE", file)]).unwrap_err();
            assert!(message.contains(says), "{message}");
        }
    }
}
