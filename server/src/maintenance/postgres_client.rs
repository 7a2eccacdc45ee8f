//! The commands of PostgreSQL's own programs, which back up and restore its databases.

use percent_encoding::percent_decode_str;

use crate::database::{DatabaseError, client_options};

/// The command that backs a database up into a file. It has no password, which belongs in `PGPASSWORD` or `~/.pgpass`.
pub(super) fn dump_command(url: &str, file: &str) -> Result<String, DatabaseError> {
    let options = options(url)?;
    let tls = tls_variables(url);
    Ok(format!("{tls}pg_dump{options} --format=custom --file={}", quoted(file)))
}

/// The command that restores a file into a database, whose tables it replaces.
pub(super) fn restore_command(url: &str, file: &str) -> Result<String, DatabaseError> {
    let options = options(url)?;
    let tls = tls_variables(url);
    // A name that begins with a hyphen is no option.
    let end = if file.starts_with('-') { "-- " } else { "" };
    Ok(format!("{tls}pg_restore{options} --clean --if-exists --single-transaction {end}{}", quoted(file)))
}

/// The command that gives the space of deleted rows back to the disk.
pub(super) fn vacuum_command(url: &str) -> Result<String, DatabaseError> {
    Ok(format!("{}vacuumdb{} --full", tls_variables(url), options(url)?))
}

/// The variables by which PostgreSQL's own programs encrypt a connection as the URL wants it.
fn tls_variables(url: &str) -> String {
    let (_, query) = url.split_once('?').unwrap_or_default();
    query
        .split('&')
        .filter_map(tls_variable)
        .map(|(name, value)| format!("{name}={} ", quoted(&value)))
        .collect()
}

/// The names of parameters are those that `sqlx` reads.
fn tls_variable(parameter: &str) -> Option<(&'static str, String)> {
    let (name, value) = parameter.split_once('=')?;
    let variable = match name {
        "sslmode" | "ssl-mode" => "PGSSLMODE",
        "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
        "sslcert" | "ssl-cert" => "PGSSLCERT",
        "sslkey" | "ssl-key" => "PGSSLKEY",
        _ => return None,
    };
    let value = value.replace('+', " ");
    Some((variable, percent_decode_str(&value).decode_utf8_lossy().into_owned()))
}

fn options(url: &str) -> Result<String, DatabaseError> {
    let options = client_options(url)?;
    Ok(options.iter().map(|(name, value)| format!(" --{name}={}", quoted(value))).collect())
}

/// Quotes a word for a POSIX shell where it needs it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_have_no_password_and_quote_what_a_shell_would_split() {
        let url = "postgres://me:hunter2@db.example:6543/my%20chat";
        assert_eq!(
            dump_command(url, "it's.dump").unwrap(),
            r"pg_dump --host=db.example --port=6543 --dbname='my chat' --username=me --format=custom --file='it'\''s.dump'"
        );
        let restore = restore_command(url, "/a/b.dump").unwrap();
        assert!(restore.ends_with(" --single-transaction /a/b.dump"), "{restore}");
        assert!(!restore.contains("hunter2"), "{restore}");
    }

    #[test]
    fn commands_encrypt_as_the_url_does_and_a_file_is_no_option() {
        let url = "postgres://me@db.example/chat?sslmode=verify-full&sslrootcert=/etc/my%20ca.pem";
        let tls = "PGSSLMODE=verify-full PGSSLROOTCERT='/etc/my ca.pem' ";
        let dump = dump_command(url, "a.dump").unwrap();
        assert!(dump.starts_with(&format!("{tls}pg_dump --host=db.example ")), "{dump}");
        let restore = restore_command(url, "-a.dump").unwrap();
        assert!(
            restore.starts_with(&format!("{tls}pg_restore ")) && restore.ends_with(" -- -a.dump"),
            "{restore}"
        );
    }
}
