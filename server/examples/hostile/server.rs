//! The server's process.

use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::cpu::cpu_seconds;

/// The settings that differ from the defaults.
#[derive(Clone, Copy)]
pub(crate) struct ServerOptions {
    pub(crate) settings: &'static [&'static str],
    /// The limit of open files.
    pub(crate) open_files: Option<u64>,
    /// The access secret among the settings.
    pub(crate) secret: Option<&'static str>,
}

impl ServerOptions {
    pub(crate) const DEFAULT: Self = Self { settings: &[], open_files: None, secret: None };

    /// Returns a command that runs the program within the limit of open files.
    fn command(self, program: &Path) -> Command {
        let Some(files) = self.open_files else { return Command::new(program) };
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -Sn {files}; ulimit -Hn {files}; exec \"$0\" \"$@\"")]);
        shell.arg(program);
        shell
    }
}

/// A server as its ordinary users reach it.
#[derive(Clone, Copy)]
pub(crate) struct Entrance {
    pub(crate) address: SocketAddr,
    pub(crate) secret: Option<&'static str>,
}

/// The server's process with an empty database. It is killed on drop.
pub(crate) struct Server {
    child: Child,
    pub(crate) entrance: Entrance,
    _folder: TempDir,
}

impl Server {
    pub(crate) async fn start(program: &Path, options: ServerOptions) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let mut child = options
            .command(program)
            .args(["--listen", &address.to_string(), "--log", "error"])
            .args(["--database", &format!("sqlite://{}/chorus.db", folder.path().display())])
            .args(options.settings)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; build it first", program.display()));
        let output = child.stdout.take().expect("its output");
        let ready = spawn_blocking(|| BufReader::new(output).lines().next()).await;
        assert!(matches!(ready, Ok(Some(Ok(line))) if line.contains("ready")), "the server does not start");
        let entrance = Entrance { address, secret: options.secret };
        Self { child, entrance, _folder: folder }
    }

    /// The processor time so far, in seconds.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.child.id())
    }

    /// The peak resident memory so far (`VmHWM`) in MiB; 0 where `/proc` is missing.
    pub(crate) fn peak_memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1_024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
