//! A temporary PostgreSQL server that ends with the process that started it.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::{TestDatabase, program};

/// Runs the server for as long as its standard input is open, so that PostgreSQL ends even when the test program is killed.
const SUPERVISOR: &str = include_str!("postgres.sh");

/// A running PostgreSQL server. It is stopped on drop, and at the end of the process, which closes the supervisor's input.
#[derive(Debug)]
pub struct Postgres {
    supervisor: Mutex<Supervisor>,
    folder: String,
    databases: AtomicU32,
}

#[derive(Debug)]
struct Supervisor {
    process: Child,
    /// `None` once it was asked to end.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// Creates an empty database in the server that all tests of this program share. Returns `None` where PostgreSQL is not installed.
pub fn postgres() -> Option<TestDatabase> {
    static SHARED: LazyLock<Option<Postgres>> = LazyLock::new(|| find().map(|_| Postgres::start()));
    SHARED.as_ref().map(Postgres::database)
}

/// Returns the folder of PostgreSQL's programs. Where there is none it prints a notice once to standard error and returns `None`.
///
/// # Panics
/// If there is none and `CHORUS_TEST_POSTGRES=require` is set.
pub fn find() -> Option<PathBuf> {
    static FOUND: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let found = program::folder();
        if found.is_none() {
            // Written directly, since the test harness captures the output of `eprintln!` and shows it for failed tests only.
            let line = "SKIPPED: PostgreSQL is not installed, so nothing was tested against it\n";
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
        found
    });
    let required = std::env::var("CHORUS_TEST_POSTGRES").is_ok_and(|value| value == "require");
    assert!(FOUND.is_some() || !required, "CHORUS_TEST_POSTGRES=require, and PostgreSQL is not installed");
    FOUND.clone()
}

impl Postgres {
    /// Starts a server with a fresh data directory, which a power cut may damage.
    ///
    /// # Panics
    /// If PostgreSQL is not installed or does not start.
    pub fn start() -> Self {
        Self::start_with_fsync("off")
    }

    /// Starts a server whose commits survive a power cut, for measurements.
    ///
    /// # Panics
    /// If PostgreSQL is not installed or does not start.
    pub fn start_durable() -> Self {
        Self::start_with_fsync("on")
    }

    fn start_with_fsync(fsync: &str) -> Self {
        let programs = find().expect("PostgreSQL is installed");
        let mut process = program::shell()
            .args(["-c", SUPERVISOR, "postgres.sh"])
            .arg(programs)
            .arg(fsync)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell for PostgreSQL");
        let input = process.stdin.take();
        let mut output = BufReader::new(process.stdout.take().expect("the supervisor's standard output"));
        let folder = read_line(&mut output);
        assert!(folder.starts_with('/'), "PostgreSQL does not start: {folder}");
        let supervisor = Mutex::new(Supervisor { process, input, output });
        Self { supervisor, folder, databases: AtomicU32::new(0) }
    }

    /// Creates an empty database.
    pub fn database(&self) -> TestDatabase {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.command(&format!("create {name}"));
        TestDatabase::new(|_| format!("postgres://chorus@localhost/{name}?host={}", self.folder))
    }

    /// Stops the server, which closes all connections to it.
    pub fn stop(&self) {
        self.command("stop");
    }

    /// Ends the server without a checkpoint, as a crash of it does: the next start replays its write-ahead log.
    pub fn crash(&self) {
        self.command("crash");
    }

    /// Starts the server again with the same data.
    pub fn restart(&self) {
        self.command("start");
    }

    /// The id of the server's first process, whose children serve the connections.
    ///
    /// # Panics
    /// If the server is stopped.
    pub fn pid(&self) -> u32 {
        self.running_pid().expect("the server runs")
    }

    /// Like [`Postgres::pid`], but returns `None` if the server is stopped.
    pub fn running_pid(&self) -> Option<u32> {
        let file = std::fs::read_to_string(format!("{}/data/postmaster.pid", self.folder));
        file.ok()?.lines().next()?.trim().parse().ok()
    }

    /// Starts a standby, which replicates the server.
    pub fn start_standby(&self) {
        self.command("standby");
    }

    /// Returns a database on the standby, read-only until it is promoted.
    pub fn on_standby(&self, database: &TestDatabase) -> TestDatabase {
        TestDatabase::new(|_| database.url().replace("/current", "/standby"))
    }

    /// Kills the server and promotes the standby. The URL of [`Postgres::replicated_database`] leads to it afterwards.
    pub fn fail_over(&self) {
        self.lead_to_standby();
        self.promote();
    }

    /// Kills the server. The URL of [`Postgres::replicated_database`] leads to the standby afterwards, which is in recovery.
    pub fn lead_to_standby(&self) {
        self.command("lead");
    }

    /// Promotes the standby, once it has everything that it has received.
    pub fn promote(&self) {
        self.command("promote");
    }

    /// Creates an empty database with a URL that leads to the standby once it has taken over.
    pub fn replicated_database(&self) -> TestDatabase {
        let database = self.database();
        TestDatabase::new(|_| format!("{}/current", database.url()))
    }

    fn command(&self, command: &str) {
        let mut supervisor = self.supervisor.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let input = supervisor.input.as_mut().expect("the supervisor is running");
        writeln!(input, "{command}").expect("the supervisor is running");
        let answer = read_line(&mut supervisor.output);
        assert_eq!(answer, "done", "PostgreSQL: {command}");
    }
}

impl Drop for Postgres {
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
