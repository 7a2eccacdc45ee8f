//! The place of the database if no setting names one.

use std::path::Path;

use super::{CommandLine, SourcedValue, SourcedValues, Variables};

const DATABASE_SETTING: &str = "database";
/// The folder that systemd has created for a service (systemd.exec(5), `StateDirectory=`), or several, separated by colons.
const STATE_VARIABLE: &str = "STATE_DIRECTORY";
const DATABASE_FILE: &str = "chorus.db";
/// The file of the setting's default.
const DEFAULT_FILE: &str = "data/chorus.db";

/// Puts the database into the state directory, if the service has one and no setting names a database.
///
/// A database that an earlier version has created at the default place stays in use: a new one would look like a lost chat.
pub(super) fn add_database(found: &mut SourcedValues, line: &CommandLine, variables: Variables) {
    let is_needed = line.setting(DATABASE_SETTING).is_some()
        && !line.is_given(DATABASE_SETTING, variables)
        && !found.has(DATABASE_SETTING);
    let folders = variables(STATE_VARIABLE).filter(|_| is_needed);
    let Some(file) = folders.and_then(|folders| file_in(&folders.to_string_lossy())) else { return };
    if Path::new(&file).exists() || !Path::new(DEFAULT_FILE).exists() {
        let name = DATABASE_SETTING.to_owned();
        found.values.push(SourcedValue {
            name,
            value: Some(url_of(&file)),
            place: STATE_VARIABLE.to_owned(),
        });
    }
}

fn file_in(folders: &str) -> Option<String> {
    let folder = folders.split(':').next().filter(|folder| !folder.is_empty())?;
    Some(format!("{}/{DATABASE_FILE}", folder.trim_end_matches('/')))
}

/// The URL of a file. `sqlx` decodes percent signs in it, and reads what follows a `?` as options.
pub(crate) fn url_of(file: &str) -> String {
    format!("sqlite://{}", file.replace('%', "%25").replace('?', "%3F").replace('#', "%23"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn database(line: &str, folders: &str) -> Option<String> {
        let line = CommandLine::new(line.split(' ').map(OsString::from).collect());
        let mut found = SourcedValues::default();
        add_database(&mut found, &line, &|name| (name == STATE_VARIABLE).then(|| folders.into()));
        found.values.first().and_then(|value| value.argument().into_string().ok())
    }

    #[test]
    fn without_a_setting_the_database_is_in_the_first_state_directory() {
        let url = Some("--database=sqlite:///var/lib/chorus/chorus.db".to_owned());
        for line in ["chorus", "chorus serve", "chorus backup x", "chorus topic list"] {
            assert_eq!(database(line, "/var/lib/chorus"), url, "{line}");
        }
        assert_eq!(database("chorus", "/var/lib/chorus/:/var/lib/other"), url);
        assert_eq!(database("chorus", "/a%b"), Some("--database=sqlite:///a%25b/chorus.db".to_owned()));
        assert_eq!(database("chorus", ""), None);
    }

    #[test]
    fn a_setting_or_a_command_without_a_database_leaves_the_state_directory_alone() {
        for line in
            ["chorus --database sqlite://x", "chorus topic list --database=sqlite://x", "chorus status"]
        {
            assert_eq!(database(line, "/var/lib/chorus"), None, "{line}");
        }
    }
}
