//! The executables before and after the upgrade.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{Violation, options::Options, random::Random};

/// PostgreSQL lists the connections of a server for a moment after it has ended, and no longer than this.
const SERVED_TIMEOUT: Duration = Duration::from_secs(30);

/// Returns the versions, for the heading.
pub(crate) fn versions(options: &Options) -> Result<String, Violation> {
    let old = run(options.first_program(), &["--version"])?;
    let new = run(&options.program, &["--version"])?;
    Ok(format!("{} → {}", old.trim(), new.trim()))
}

/// Returns how many of the newest migrations the old executable does not know. It cannot start until they are reverted.
pub(super) fn unknown_to_old(options: &Options, folder: &Path) -> Result<usize, Violation> {
    let known = migrations(options.first_program(), folder)?;
    let all = migrations(&options.program, folder)?;
    Ok(all.iter().filter(|name| !known.contains(name)).count())
}

/// Reverts migrations of a database that no server uses.
pub(super) async fn revert(program: &Path, database: &str, count: usize) -> Result<(), Violation> {
    for _ in 0..count {
        let started = Instant::now();
        loop {
            match run(program, &["migrate", "down", "--database", database]) {
                Err(why) if why.contains("is being served") && started.elapsed() < SERVED_TIMEOUT => {
                    sleep(Duration::from_millis(50)).await;
                }
                reverted => {
                    reverted?;
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Returns the names of an executable's migrations, from a new database in the folder.
fn migrations(program: &Path, folder: &Path) -> Result<Vec<String>, Violation> {
    let file = folder.join(format!("schema-{}.db", Random::fresh_word()));
    let database = format!("sqlite://{}", file.display());
    let printed = run(program, &["migrate", "up", "--database", database.as_str()])?;
    let names = printed.lines().filter_map(|line| line.strip_prefix("applied "));
    Ok(names.map(str::to_owned).collect())
}

fn run(program: &Path, arguments: &[&str]) -> Result<String, Violation> {
    let command = || format!("{} {}", program.display(), arguments.join(" "));
    let done = Command::new(program).args(arguments).output();
    let done = done.map_err(|error| format!("{}: {error}; build it first", command()))?;
    if !done.status.success() {
        return Err(format!("{}: {}", command(), String::from_utf8_lossy(&done.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
