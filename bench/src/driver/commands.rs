//! The commands that start servers and other programs.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{options::Options, servers::Server};

impl Server {
    /// Returns the command that starts it and stores its data in `folder`.
    ///
    /// # Errors
    /// The reason for which it cannot be started on this machine.
    pub fn command(self, options: &Options, folder: &Path) -> Result<Command> {
        match self {
            Self::Limit => Ok(command(&sibling("limit")?)),
            Self::Usual => Ok(command(&sibling("usual")?)),
            Self::UsualNodelay => Ok(command_with(&sibling("usual")?, &["--nodelay"])),
            Self::ChorusV1 | Self::ChorusPlain => chorus(&options.chorus, folder),
            Self::ChorusV1Before | Self::ChorusPlainBefore => {
                chorus(options.before.as_deref().context("no --before was given")?, folder)
            }
            Self::Bun => bun(&options.peers),
            Self::Node => {
                let folder = options.peers.join("node");
                installed(&folder.join("node_modules/ws"))?;
                Ok(command_with(Path::new("node"), &[folder.join("server.js")]))
            }
        }
    }
}

/// Returns the command of Chorus with default settings, except the port, the database, and limits that a load from one address
/// would hit.
pub fn chorus(executable: &Path, folder: &Path) -> Result<Command> {
    chorus_on(executable, &format!("sqlite://{}", folder.join("bench.db").display()))
}

/// The same on the database of this URL.
pub fn chorus_on(executable: &Path, database: &str) -> Result<Command> {
    installed(executable)?;
    let mut command =
        command_with(executable, &["--listen", "127.0.0.1:0", "--log", "warn", "--database", database]);
    command.args(["--frames-per-second", "0", "--pages-per-second", "0"]);
    // As environment variables, since an earlier version ignores unknown variables and rejects unknown flags.
    for limit in [
        "CHORUS_MAX_ADDRESS_SOCKETS",
        "CHORUS_ADDRESS_MESSAGES_PER_SECOND",
        "CHORUS_ADDRESS_BYTES_PER_SECOND",
        "CHORUS_TOPICS_PER_HOUR",
        "CHORUS_MIN_FREE_DISK",
    ] {
        command.env(limit, "0");
    }
    command.args(["--max-connections", "100000", "--max-topics", "1000000"]);
    Ok(command)
}

/// npm installs only the build that fits the machine.
fn bun(peers: &Path) -> Result<Command> {
    let modules = peers.join("bun/node_modules/@oven");
    let builds = ["bun-linux-x64", "bun-linux-aarch64"].map(|build| modules.join(build).join("bin/bun"));
    let bun = builds.iter().find(|bun| bun.is_file()).context("not installed")?;
    let runs = Command::new(bun).arg("--version").output().is_ok_and(|output| output.status.success());
    if !runs {
        bail!("does not run on this machine");
    }
    Ok(command_with(bun, &[peers.join("bun/server.js")]))
}

/// Returns the path of another executable of this package.
pub fn sibling(name: &str) -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    installed(&path)?;
    Ok(path)
}

fn installed(path: &Path) -> Result<()> {
    if path.exists() { Ok(()) } else { bail!("{} does not exist", path.display()) }
}

fn command(path: &Path) -> Command {
    command_with::<&str>(path, &[])
}

/// A command that is killed when the driver ends, however that ends; `setpriv` is part of util-linux.
pub fn command_with<A: AsRef<std::ffi::OsStr>>(path: &Path, arguments: &[A]) -> Command {
    let mut words: Vec<OsString> = Vec::new();
    if Path::new("/usr/bin/setpriv").exists() {
        words.extend(["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"].map(OsString::from));
    }
    words.push(path.into());
    words.extend(arguments.iter().map(|argument| argument.as_ref().to_owned()));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}
