//! The commands of PostgreSQL's own programs, which back up and restore its databases.

use crate::database::{DatabaseError, client_options};

/// The command that backs a database up into a file. It has no password, which belongs in `PGPASSWORD` or `~/.pgpass`.
pub(super) fn dump_command(url: &str, file: &str) -> Result<String, DatabaseError> {
    Ok(format!("pg_dump{} --format=custom --file={}", options(url)?, quoted(file)))
}

/// The command that restores a file into a database, whose tables it replaces.
pub(super) fn restore_command(url: &str, file: &str) -> Result<String, DatabaseError> {
    let options = options(url)?;
    Ok(format!("pg_restore{options} --clean --if-exists --single-transaction {}", quoted(file)))
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
}
