//! A temporary NATS server, which ends with the process that started it.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{LazyLock, Mutex, PoisonError},
};

/// Runs the server for as long as its standard input is open.
const SUPERVISOR: &str = include_str!("nats.sh");
/// Where Debian installs it, which is not on every user's `PATH`.
const SYSTEM_PROGRAMS: &str = "/usr/sbin";

/// A running NATS server.
#[derive(Debug)]
pub struct Nats {
    supervisor: Mutex<Supervisor>,
    address: SocketAddr,
    cluster_address: SocketAddr,
}

#[derive(Debug)]
struct Supervisor {
    process: Child,
    /// `None` once it was asked to end.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Nats {
    /// Starts a server on a free port. Returns `None` where NATS is not installed, and prints a notice once.
    ///
    /// # Panics
    /// If the server does not start.
    pub fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// Like [`Nats::start`], with further lines of the server's configuration.
    ///
    /// # Panics
    /// If the server does not start.
    pub fn start_with(settings: &str) -> Option<Self> {
        is_installed().then(|| Self::spawn(settings, ""))
    }

    /// Starts another server in a cluster with this one.
    ///
    /// # Panics
    /// If the server does not start.
    #[must_use]
    pub fn start_peer(&self) -> Self {
        Self::spawn("", &format!("nats://{}", self.cluster_address))
    }

    /// The address for clients.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL in the form that `chorus --hints` takes.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Shuts the server down.
    pub fn stop(&self) {
        self.command("stop");
    }

    /// Kills the server.
    pub fn kill(&self) {
        self.command("kill");
    }

    /// Starts the server again, on the same port.
    pub fn restart(&self) {
        self.command("start");
    }

    /// Begins lame duck mode: the server asks its clients to leave, accepts no new ones, and ends when the last one has left. It
    /// closes no connection before half an hour has passed.
    pub fn begin_lame_duck(&self) {
        self.command("lame-duck");
    }

    fn spawn(settings: &str, routes: &str) -> Self {
        let mut process = Command::new("sh")
            .args(["-c", SUPERVISOR, "nats.sh", settings, routes])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell for NATS");
        let input = process.stdin.take();
        let mut output = BufReader::new(process.stdout.take().expect("the supervisor's standard output"));
        let ports = read_line(&mut output);
        let address = |port: &str| port.parse().map(|port: u16| SocketAddr::from(([127, 0, 0, 1], port)));
        let (address, cluster_address) = match ports.split_once(' ').map(|(a, b)| (address(a), address(b))) {
            Some((Ok(address), Ok(cluster_address))) => (address, cluster_address),
            _ => panic!("NATS does not start: {ports}"),
        };
        Self { supervisor: Mutex::new(Supervisor { process, input, output }), address, cluster_address }
    }

    fn command(&self, command: &str) {
        let mut supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        let input = supervisor.input.as_mut().expect("the supervisor is running");
        writeln!(input, "{command}").expect("the supervisor is running");
        assert_eq!(read_line(&mut supervisor.output), "done", "NATS: {command}");
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        if let Ok(supervisor) = self.supervisor.get_mut() {
            drop(supervisor.input.take());
            let _ = supervisor.process.wait();
        }
    }
}

fn read_line(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("a line from the supervisor");
    line.trim_end().to_owned()
}

fn is_installed() -> bool {
    static INSTALLED: LazyLock<bool> = LazyLock::new(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::env::split_paths(&path).chain([Path::new(SYSTEM_PROGRAMS).to_owned()]);
        let is_installed = folders.any(|folder| folder.join("nats-server").is_file());
        if !is_installed {
            // Written directly, since the test harness captures the output of `eprintln!`.
            let line = "SKIPPED: nats-server is not installed, so nothing was tested with NATS\n";
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
        is_installed
    });
    *INSTALLED
}

/// Returns a NATS server that all tests of this program share. Returns `None` where NATS is not installed.
pub fn nats() -> Option<&'static Nats> {
    static SHARED: LazyLock<Option<Nats>> = LazyLock::new(Nats::start);
    SHARED.as_ref()
}
