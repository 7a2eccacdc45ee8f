//! A server that runs, and a load on it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{options::Options, servers};
use crate::{dialect::Dialect, load::Report, process::Tree};

/// It is killed when this is dropped.
pub struct Running {
    child: Child,
    address: String,
    /// A server that cannot print any more may end.
    _said: BufReader<ChildStdout>,
}

impl Running {
    /// Starts a server and waits until it says where it listens.
    pub fn start(mut command: Command) -> Result<Self> {
        let mut child =
            command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn().context("did not start")?;
        let mut said = BufReader::new(child.stdout.take().context("has no output")?);
        let mut line = String::new();
        while said.read_line(&mut line).is_ok_and(|read| read > 0) {
            if let Some((_, address)) =
                line.trim().split_once("ready").and_then(|line| line.1.split_once("http://"))
            {
                let address = address.to_owned();
                return Ok(Self { child, address, _said: said });
            }
            line.clear();
        }
        let _ = child.kill();
        bail!("ended before it was ready: {}", child.wait()?)
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The tree of its processes.
    pub fn tree(&self) -> Tree {
        Tree::new(self.child.id())
    }

    /// Puts load on it.
    pub fn load(&self, dialect: Dialect, arguments: &[String]) -> Result<Report> {
        let (address, pid) = (self.address.as_str(), self.child.id().to_string());
        let mut command = servers::with(&servers::beside("load")?, &[address, "--pid", &pid]);
        command.args(["--dialect", &format!("{dialect:?}").to_lowercase()]).args(arguments);
        let output = command.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            bail!("the load generator gave up");
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM)?;
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > Duration::from_secs(30) {
                bail!("it does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Chorus with a database of its own, which is gone with it.
pub struct Chorus {
    /// The server.
    pub server: Running,
    _folder: TempDir,
}

impl Chorus {
    /// Starts one.
    pub fn start(options: &Options) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let server = Self::on(options, folder.path())?;
        Ok(Self { server, _folder: folder })
    }

    /// Starts one on the database in a folder.
    pub fn on(options: &Options, folder: &Path) -> Result<Running> {
        Running::start(servers::chorus(&options.chorus, folder)?)
    }
}
