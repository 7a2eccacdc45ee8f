//! The server's process.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    os::fd::OwnedFd,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use tokio::{sync::oneshot, time::sleep};
use uuid::Uuid;

use crate::Violation;

/// The server starts and stops within this time.
const LIFECYCLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Passes standard input to the program as file descriptor 3, as systemd does (sd_listen_fds(3)). The shell becomes the program, so its
/// id is the right one.
const PASS_SOCKET: &str = r#"exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" "$@""#;

/// The command that starts the server, the same each time.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) database: String,
    pub(crate) sync: String,
    pub(crate) address: SocketAddr,
    /// The listening socket of this address, if it is passed to the server.
    pub(crate) socket: Option<TcpListener>,
    /// The file that receives its log.
    pub(crate) log: PathBuf,
    /// Its database is behind a network that stalls: its database timeout in milliseconds, which is short. It may exit with 1 at
    /// shutdown.
    pub(crate) timeout_ms: Option<u64>,
    /// Further settings.
    pub(crate) settings: Vec<String>,
    /// Variables of its environment.
    pub(crate) variables: Vec<(&'static str, String)>,
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
///
/// It is outside of the range from which the kernel chooses the ports of outgoing connections: one of these could take it while the
/// server is down.
pub(crate) fn free_address() -> SocketAddr {
    let mut random = testing::Random::new(Uuid::new_v4().as_u128() as u64);
    loop {
        let port = 10_000 + random.below(20_000) as u16;
        if let Ok(address) = TcpListener::bind(("127.0.0.1", port)).and_then(|listener| listener.local_addr())
        {
            return address;
        }
    }
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
            "--searches-per-second=0",
            "--max-searches=64",
        ];
        let mut child = self
            .command()
            .args(["--listen", &listen, "--database", &self.database, "--sync", &self.sync])
            .args(settings)
            .args(limits)
            .args(self.timeout_ms.map(|timeout| format!("--database-timeout-ms={timeout}")))
            .args(&self.settings)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
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
        ServerProcess { child, may_abandon_work: self.timeout_ms.is_some(), ready: Some(ready) }
    }

    fn command(&self) -> Command {
        let Some(socket) = &self.socket else {
            let mut command = Command::new(&self.path);
            command.stdin(Stdio::null());
            return command;
        };
        // Without `unsafe`, a program can pass only its standard streams.
        let socket = OwnedFd::from(socket.try_clone().expect("a listening socket"));
        let mut command = Command::new("sh");
        command.args(["-c", PASS_SOCKET]).arg(&self.path).stdin(Stdio::from(socket));
        command
    }
}

impl Program {
    /// Begins a new epoch by hand. The server must not run.
    pub(crate) fn begin_epoch(&self) {
        let done = Command::new(&self.path).args(["new-epoch", "--database", &self.database]).output();
        let done = done.expect("the program");
        assert!(done.status.success(), "chorus new-epoch: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Returns a code that makes an owner, by the clock of the server. That must have run once.
    pub(crate) fn owner_code(&self) -> String {
        let mut command = Command::new(&self.path);
        command.args(["owner-code", "--database", &self.database]);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let done = command.output().expect("the program");
        assert!(done.status.success(), "chorus owner-code: {}", String::from_utf8_lossy(&done.stderr));
        let printed = String::from_utf8_lossy(&done.stdout);
        printed.lines().last().unwrap_or_default().trim().to_owned()
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
        self.signal("TERM");
    }

    /// Halts it, until [`Self::resume`] (SIGSTOP).
    pub(crate) fn pause(&self) {
        self.signal("STOP");
    }

    pub(crate) fn resume(&self) {
        self.signal("CONT");
    }

    /// Returns its exit status if it has ended before it was ready. It may, if its database is out of reach at the start.
    pub(crate) fn failed_to_start(&mut self) -> Option<ExitStatus> {
        let is_ready = match &mut self.ready {
            Some(ready) => ready.try_recv() == Ok(true),
            None => true,
        };
        if is_ready {
            self.ready = None;
            return None;
        }
        self.child.try_wait().expect("a process")
    }

    /// Halts all its threads during `action`, so that it sees the files before or after, and nothing in between (Linux).
    pub(crate) fn halted<T>(&self, action: impl FnOnce() -> T) -> T {
        self.signal("STOP");
        let started = Instant::now();
        while !self.is_halted() {
            assert!(started.elapsed() < LIFECYCLE_TIMEOUT, "the server is not halted by SIGSTOP");
            std::thread::sleep(Duration::from_millis(1));
        }
        let result = action();
        self.signal("CONT");
        result
    }

    fn is_halted(&self) -> bool {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("its threads");
        let mut states =
            tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok());
        // The state follows the thread's name, which ends with a parenthesis.
        states.all(|stat| stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('T')))
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill(1)");
        assert!(sent.success(), "kill -{name} {id}");
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
