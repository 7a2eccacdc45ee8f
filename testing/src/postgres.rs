//! A PostgreSQL that ends with whoever started it.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::{Place, program};

/// Keeps the server for as long as its standard input is open.
const KEEPER: &str = include_str!("postgres.sh");

/// A running PostgreSQL. It ends when this is dropped, or with the process: then its keeper hears nothing more.
#[derive(Debug)]
pub struct Postgres {
    line: Mutex<Line>,
    folder: String,
    databases: AtomicU32,
}

#[derive(Debug)]
struct Line {
    keeper: Child,
    say: Option<ChildStdin>,
    hear: BufReader<ChildStdout>,
}

/// A database of the test's own, in the server that this test program shares; none where there is no PostgreSQL.
pub fn postgres() -> Option<Place> {
    static SHARED: LazyLock<Option<Postgres>> = LazyLock::new(|| find().map(|_| Postgres::start()));
    SHARED.as_ref().map(Postgres::database)
}

/// Where PostgreSQL's programs are. Where there are none that is said on standard error, once, or fails the test.
pub fn find() -> Option<PathBuf> {
    static FOUND: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let found = program::folder();
        if found.is_none() {
            // Not through a macro: what tests print is shown only when they fail.
            let line = "SKIPPED: there is no PostgreSQL here, so nothing was tested against it\n";
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
        found
    });
    let required = std::env::var("CHORUS_TEST_POSTGRES").is_ok_and(|value| value == "require");
    assert!(FOUND.is_some() || !required, "CHORUS_TEST_POSTGRES=require, and there is no PostgreSQL here");
    FOUND.clone()
}

impl Postgres {
    /// Starts a server on a fresh cluster.
    ///
    /// # Panics
    /// When there is no PostgreSQL, or it does not start.
    pub fn start() -> Self {
        let programs = find().expect("PostgreSQL is here");
        let mut keeper = program::shell()
            .args(["-c", KEEPER, "postgres.sh"])
            .arg(programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell for PostgreSQL");
        let say = keeper.stdin.take();
        let mut hear = BufReader::new(keeper.stdout.take().expect("the keeper's standard output"));
        let folder = heard(&mut hear);
        assert!(folder.starts_with('/'), "PostgreSQL does not start: {folder}");
        Self { line: Mutex::new(Line { keeper, say, hear }), folder, databases: AtomicU32::new(0) }
    }

    /// A new and empty database.
    pub fn database(&self) -> Place {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.tell(&format!("create {name}"));
        Place::new(|_| format!("postgres://chorus@localhost/{name}?host={}", self.folder))
    }

    /// Stops it, and whoever is connected loses the line.
    pub fn stop(&self) {
        self.tell("stop");
    }

    /// Starts it again, with everything in it.
    pub fn start_again(&self) {
        self.tell("start");
    }

    fn tell(&self, word: &str) {
        let mut line = self.line.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let say = line.say.as_mut().expect("the keeper listens");
        writeln!(say, "{word}").expect("the keeper listens");
        let answer = heard(&mut line.hear);
        assert_eq!(answer, "done", "PostgreSQL: {word}");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(line) = self.line.get_mut() {
            drop(line.say.take());
            let _ = line.keeper.wait();
        }
    }
}

fn heard(hear: &mut impl BufRead) -> String {
    let mut line = String::new();
    hear.read_line(&mut line).expect("the keeper speaks");
    line.trim_end().to_owned()
}
