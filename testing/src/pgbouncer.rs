//! A temporary PgBouncer, which ends with the process that started it.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Stdio},
    sync::LazyLock,
};

use crate::{TestDatabase, program};

/// Runs PgBouncer for as long as its standard input is open.
const SUPERVISOR: &str = include_str!("pgbouncer.sh");
/// Where Debian installs it, which is not on every user's `PATH`.
const SYSTEM_PROGRAMS: &str = "/usr/sbin";

/// A running PgBouncer in transaction mode, which leads to the server of [`crate::postgres`].
#[derive(Debug)]
pub struct PgBouncer {
    supervisor: Child,
    /// `None` once it was asked to end.
    input: Option<ChildStdin>,
    folder: String,
}

impl PgBouncer {
    /// Starts one in front of a database's server, with further lines of its configuration. Returns `None` where PgBouncer is
    /// not installed, and prints a notice once.
    ///
    /// # Panics
    /// If the database is not PostgreSQL, or PgBouncer does not start.
    pub fn start(database: &TestDatabase, settings: &str) -> Option<Self> {
        if !is_installed() {
            return None;
        }
        let (_, server) =
            database.unpooled_url().split_once("?host=").expect("a PostgreSQL that listens on a Unix socket");
        let mut supervisor = program::shell()
            .args(["-c", SUPERVISOR, "pgbouncer.sh", server, settings])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell for PgBouncer");
        let input = supervisor.stdin.take();
        let mut line = String::new();
        let mut output = BufReader::new(supervisor.stdout.take().expect("the supervisor's standard output"));
        output.read_line(&mut line).expect("a line from the supervisor");
        let folder = line.trim_end().to_owned();
        assert!(folder.starts_with('/'), "PgBouncer does not start: {folder}");
        Some(Self { supervisor, input, folder })
    }

    /// Returns the same database with a URL that leads through this pooler, and its own URL as the direct one.
    ///
    /// # Panics
    /// If the database is not PostgreSQL.
    pub fn database(&self, database: &TestDatabase) -> TestDatabase {
        let direct = database.unpooled_url();
        let (before, _) = direct.split_once("?host=").expect("a PostgreSQL that listens on a Unix socket");
        let url = format!("{before}?host={}&port=6432", self.folder);
        TestDatabase { direct_url: Some(direct.to_owned()), ..TestDatabase::new(|_| url) }
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.supervisor.wait();
    }
}

/// Creates an empty database behind a PgBouncer that all tests of this program share. Returns `None` where PostgreSQL or
/// PgBouncer is not installed.
pub fn pgbouncer() -> Option<TestDatabase> {
    // Fewer sessions than connections, so that they are shared.
    const SETTINGS: &str = "default_pool_size = 4";
    static SHARED: LazyLock<Option<PgBouncer>> =
        LazyLock::new(|| PgBouncer::start(&crate::postgres()?, SETTINGS));
    Some(SHARED.as_ref()?.database(&crate::postgres()?))
}

fn is_installed() -> bool {
    static INSTALLED: LazyLock<bool> = LazyLock::new(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::env::split_paths(&path).chain([Path::new(SYSTEM_PROGRAMS).to_owned()]);
        let is_installed = folders.any(|folder| folder.join("pgbouncer").is_file());
        if !is_installed {
            // Written directly, since the test harness captures the output of `eprintln!`.
            let line = "SKIPPED: PgBouncer is not installed, so nothing was tested through a pooler\n";
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
        is_installed
    });
    *INSTALLED
}
