//! The server's process.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use tokio::{sync::oneshot, time::sleep};

use crate::Violation;

/// The server starts and stops within this time.
const LIFECYCLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The command that starts the server, the same each time.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) database: String,
    pub(crate) sync: String,
    pub(crate) address: SocketAddr,
    /// The file that receives its log.
    pub(crate) log: PathBuf,
    /// Its database is behind a network that stalls: it uses a short database timeout, and may exit with 1 at shutdown.
    pub(crate) freezes: bool,
}

/// The running server. It is killed on drop.
pub(crate) struct ServerProcess {
    child: Child,
    /// Exit code 1 is accepted: some work was abandoned at shutdown.
    may_abandon_work: bool,
    /// `None` once `is_ready` has returned.
    ready: Option<oneshot::Receiver<bool>>,
}

/// Returns an address whose port was free just now.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

impl Program {
    pub(crate) fn start(&self) -> ServerProcess {
        let log = File::options().create(true).append(true).open(&self.log).expect("a log file");
        let listen = self.address.to_string();
        // A small ring buffer, so that stalled readers catch up from the database too.
        let settings = ["--frames-per-second", "0", "--hub-ring", "64", "--log", "warn"];
        // All clients connect from one address, which would hit the limits per address.
        let limits = [
            "--pages-per-second=0",
            "--max-address-sockets=0",
            "--address-messages-per-second=0",
            "--address-bytes-per-second=0",
            "--topics-per-hour=0",
            "--min-free-disk=0",
        ];
        let mut child = Command::new(&self.path)
            .args(["--listen", &listen, "--database", &self.database, "--sync", &self.sync])
            .args(settings)
            .args(limits)
            .args(if self.freezes { &["--database-timeout-ms", "1000"][..] } else { &[] })
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; build it first", self.path.display()));
        let stdout = BufReader::new(child.stdout.take().expect("its output"));
        let (ready_sender, ready) = oneshot::channel();
        std::thread::spawn(move || {
            let first = stdout.lines().next();
            let _ = ready_sender.send(matches!(first, Some(Ok(line)) if line.contains("ready")));
        });
        ServerProcess { child, may_abandon_work: self.freezes, ready: Some(ready) }
    }
}

impl ServerProcess {
    /// Waits until the server prints that it is ready.
    pub(crate) async fn wait_until_ready(&mut self) -> Result<(), Violation> {
        let Some(ready) = self.ready.take() else { return Ok(()) };
        match tokio::time::timeout(LIFECYCLE_TIMEOUT, ready).await {
            Ok(Ok(true)) => Ok(()),
            Ok(_) => Err("the server ended instead of starting".to_owned()),
            Err(_) => Err(format!("the server did not start within {LIFECYCLE_TIMEOUT:?}")),
        }
    }

    /// Sends SIGKILL.
    ///
    /// # Errors
    /// If the server has already ended by itself.
    pub(crate) fn kill(mut self) -> Result<(), Violation> {
        let ended = self.child.try_wait().expect("a process");
        if let Some(status) = ended {
            return Err(format!("the server had ended by itself: {status}"));
        }
        self.child.kill().expect("a process");
        self.child.wait().expect("its end");
        Ok(())
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().expect("kill(1)");
        assert!(sent.success(), "kill -TERM {id}");
    }

    /// Waits until the process ends, and checks its exit status.
    pub(crate) async fn wait_for_exit(mut self) -> Result<(), Violation> {
        let started = Instant::now();
        loop {
            match self.child.try_wait().expect("a process") {
                Some(status) if self.may_abandon_work && status.code() == Some(1) => return Ok(()),
                Some(status) => return check_exit(status),
                None if started.elapsed() > LIFECYCLE_TIMEOUT => {
                    return Err(format!("the server was still running {LIFECYCLE_TIMEOUT:?} after SIGTERM"));
                }
                None => sleep(Duration::from_millis(5)).await,
            }
        }
    }

    /// Sends SIGKILL during the shutdown, if the process still runs.
    pub(crate) fn kill_if_running(self) {
        drop(self);
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn check_exit(status: ExitStatus) -> Result<(), Violation> {
    use std::os::unix::process::ExitStatusExt;
    // Before it has installed its handler, SIGTERM ends it as any process.
    let early = status.signal() == Some(15);
    if status.success() || early {
        Ok(())
    } else {
        Err(format!("the server did not shut down cleanly after SIGTERM: {status}"))
    }
}
