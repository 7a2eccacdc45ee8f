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

/// How long it may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// How to start the program, each time the same.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) database: String,
    pub(crate) sync: String,
    pub(crate) address: SocketAddr,
    /// Where it logs to.
    pub(crate) log: PathBuf,
    /// Its database is behind a network that freezes: it has to give up soon, also when it is asked to go.
    pub(crate) freezes: bool,
}

/// The started program.
pub(crate) struct Running {
    child: Child,
    /// At its end it may say that something was given up.
    may_give_up: bool,
    /// None once it has said so.
    ready: Option<oneshot::Receiver<bool>>,
}

/// A port that was free just now.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

impl Program {
    pub(crate) fn start(&self) -> Running {
        let log = File::options().create(true).append(true).open(&self.log).expect("a log file");
        let listen = self.address.to_string();
        // Little is kept in memory, so that readers that stall are served by the store too.
        let settings = ["--frames-per-second", "0", "--hub-ring", "64", "--log", "warn"];
        // All of its clients come from one address.
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
        let (say, ready) = oneshot::channel();
        std::thread::spawn(move || {
            let first = stdout.lines().next();
            let _ = say.send(matches!(first, Some(Ok(line)) if line.contains("ready")));
        });
        Running { child, may_give_up: self.freezes, ready: Some(ready) }
    }
}

impl Running {
    /// Waits until it says that it is ready.
    pub(crate) async fn is_ready(&mut self) -> Result<(), Violation> {
        let Some(ready) = self.ready.take() else { return Ok(()) };
        match tokio::time::timeout(PATIENCE, ready).await {
            Ok(Ok(true)) => Ok(()),
            Ok(_) => Err("the server ended instead of starting".to_owned()),
            Err(_) => Err(format!("the server did not start within {PATIENCE:?}")),
        }
    }

    /// Kills it: no word, no clean-up. It must have been there still.
    pub(crate) fn kill(mut self) -> Result<(), Violation> {
        let ended = self.child.try_wait().expect("a process");
        if let Some(status) = ended {
            return Err(format!("the server had ended by itself: {status}"));
        }
        self.child.kill().expect("a process");
        self.child.wait().expect("its end");
        Ok(())
    }

    /// Asks it to go.
    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().expect("kill(1)");
        assert!(sent.success(), "kill -TERM {id}");
    }

    /// Waits until it has gone, and says how.
    pub(crate) async fn ends(mut self) -> Result<(), Violation> {
        let begun = Instant::now();
        loop {
            match self.child.try_wait().expect("a process") {
                Some(status) if self.may_give_up && status.code() == Some(1) => return Ok(()),
                Some(status) => return went_well(status),
                None if begun.elapsed() > PATIENCE => {
                    return Err(format!("asked to go, the server was still there after {PATIENCE:?}"));
                }
                None => sleep(Duration::from_millis(5)).await,
            }
        }
    }

    /// Kills it in the middle of its going, if it is still there.
    pub(crate) fn kill_while_going(self) {
        drop(self);
    }
}

/// Whatever was found, no server stays behind.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn went_well(status: ExitStatus) -> Result<(), Violation> {
    use std::os::unix::process::ExitStatusExt;
    // Asked to go before it listens for it, it goes as any program does.
    let early = status.signal() == Some(15);
    if status.success() || early {
        Ok(())
    } else {
        Err(format!("asked to go, the server went badly: {status}"))
    }
}
