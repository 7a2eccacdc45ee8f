//! Finds PostgreSQL's programs, and the user that may run them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Debian's folder with one subfolder per version.
const VERSIONS_FOLDER: &str = "/usr/lib/postgresql";
const REQUIRED_PROGRAMS: [&str; 4] = ["initdb", "postgres", "pg_ctl", "createdb"];

/// Returns the folder of PostgreSQL's programs: one on `PATH`, else the newest version that the distribution installed.
pub(crate) fn folder() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    folders.extend(installed());
    folders.into_iter().find(|folder| REQUIRED_PROGRAMS.iter().all(|name| folder.join(name).is_file()))
}

/// The `bin` folders of the installed versions, newest first.
fn installed() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(VERSIONS_FOLDER).into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut found: Vec<_> = entries.map(|entry| entry.path()).collect();
    found.sort_by_key(|path| std::cmp::Reverse(version(path)));
    found.into_iter().map(|path| path.join("bin")).collect()
}

/// Returns a shell as an unprivileged user, since PostgreSQL refuses to run as root.
pub(crate) fn shell() -> Command {
    if !prints("id", &["-u"], "0") {
        return Command::new("sh");
    }
    let user = if Command::new("id").arg("postgres").output().is_ok_and(|id| id.status.success()) {
        "postgres"
    } else {
        "nobody"
    };
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).args(["--regid=65534", "--clear-groups", "--", "sh"]);
    command
}

fn prints(program: &str, arguments: &[&str], answer: &str) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == answer)
}
