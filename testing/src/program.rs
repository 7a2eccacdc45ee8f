//! Where PostgreSQL's programs are, and as whom they may run.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where distributions keep one folder a version.
const VERSIONS: &str = "/usr/lib/postgresql";
const NEEDED: [&str; 4] = ["initdb", "postgres", "pg_ctl", "createdb"];

/// The folder of PostgreSQL's programs: on the path, or the newest that the distribution keeps.
pub(crate) fn folder() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    folders.extend(installed());
    folders.into_iter().find(|folder| NEEDED.iter().all(|name| folder.join(name).is_file()))
}

/// Newest first.
fn installed() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let mut found: Vec<_> = entries.map(|entry| entry.path()).collect();
    found.sort_by_key(|path| std::cmp::Reverse(version(path)));
    found.into_iter().map(|path| path.join("bin")).collect()
}

/// A shell that may run PostgreSQL, which refuses to run as root.
pub(crate) fn shell() -> Command {
    if !says("id", &["-u"], "0") {
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

fn says(program: &str, arguments: &[&str], answer: &str) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == answer)
}
