//! A started server and the load generator.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{commands, options::Options};
use crate::{dialect::Dialect, load::Report, process::Tree};

/// A started server. It is killed on drop.
pub struct RunningServer {
    child: Child,
    address: String,
    /// Kept open, since a server that cannot write to its output may end.
    _output: BufReader<ChildStdout>,
}

impl RunningServer {
    /// Starts a server and waits until it prints its address.
    pub fn start(mut command: Command) -> Result<Self> {
        let mut child =
            command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().context("did not start")?;
        let mut output = BufReader::new(child.stdout.take().context("has no output")?);
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|read| read > 0) {
            if let Some((_, address)) =
                line.trim().split_once("ready").and_then(|line| line.1.split_once("http://"))
            {
                let address = address.to_owned();
                return Ok(Self { child, address, _output: output });
            }
            line.clear();
        }
        let _ = child.kill();
        bail!("ended before it was ready: {}", child.wait()?)
    }

    /// The address it listens on.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The tree of its processes.
    pub fn tree(&self) -> Tree {
        Tree::new(self.child.id())
    }

    /// Runs the load generator against it.
    pub fn load(&self, dialect: Dialect, arguments: &[String]) -> Result<Report> {
        let address = self.address.as_str();
        let pid = self.child.id().to_string();
        let mut command = commands::command_with(&commands::sibling("load")?, &[address, "--pid", &pid]);
        command.args(["--dialect", &format!("{dialect:?}").to_lowercase()]).args(arguments);
        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            bail!("the load generator failed");
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Sends SIGTERM and waits until the server has ended.
    pub fn stop(mut self) -> Result<()> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM)?;
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > Duration::from_secs(30) {
                bail!("the server did not end within 30 s of SIGTERM");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Chorus server with a temporary database.
pub struct Chorus {
    pub server: RunningServer,
    _folder: TempDir,
}

impl Chorus {
    /// Starts Chorus on an empty database.
    pub fn start(options: &Options) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let server = Self::on(options, folder.path())?;
        Ok(Self { server, _folder: folder })
    }

    /// Starts Chorus on the database in this folder.
    pub fn on(options: &Options, folder: &Path) -> Result<RunningServer> {
        RunningServer::start(commands::chorus(&options.chorus, folder)?)
    }
}
