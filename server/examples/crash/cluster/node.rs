//! A node: its process, and its links to the database, to the other nodes and to its clients.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use testing::{Proxy, TestDatabase};
use tokio::time::sleep;

use super::fault::Link;
use crate::{
    Violation,
    api::Api,
    server_process::{Program, ServerProcess, free_address},
};

/// A node is ready within this time once nothing is broken.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(60);

/// Shorter than the longest faults, and long enough for three nodes that compete for the same topics on a busy machine.
const DATABASE_TIMEOUT_MS: u64 = 2_500;

/// The links of a node.
#[derive(Clone)]
pub(crate) struct Links {
    pub(crate) queries: Arc<Proxy>,
    pub(crate) hints: Arc<Proxy>,
    pub(crate) clients: Arc<Proxy>,
}

/// The process of a node.
pub(crate) struct Node {
    pub(crate) number: usize,
    pub(crate) program: Program,
    process: Option<ServerProcess>,
    /// Starts that failed, although every fault is shorter than `database-wait-seconds`.
    pub(crate) failed_starts: u32,
    clock_library: Option<PathBuf>,
}

impl Links {
    /// Creates the links of a node that will listen on `address`.
    pub(crate) fn new(database: &TestDatabase, broker: Option<SocketAddr>, address: SocketAddr) -> Self {
        let hints = broker.map_or_else(|| Proxy::start(database), Proxy::start_to_nats);
        Self {
            queries: Arc::new(Proxy::start(database)),
            hints: Arc::new(hints),
            clients: Arc::new(Proxy::start_to(address)),
        }
    }

    pub(crate) fn of(&self, link: Link) -> &Proxy {
        match link {
            Link::Queries => &self.queries,
            Link::Hints => &self.hints,
            Link::Clients => &self.clients,
        }
    }
}

impl Node {
    /// Starts a node behind new links.
    pub(crate) fn start(
        number: usize,
        path: &Path,
        database: &TestDatabase,
        broker: Option<SocketAddr>,
        folder: &Path,
    ) -> (Self, Links) {
        let address = free_address();
        let links = Links::new(database, broker, address);
        let mut settings = vec!["--shutdown-seconds=3".to_owned(), "--presence-grace-ms=1000".to_owned()];
        match broker {
            None => {
                settings.extend(["--database-direct-url".to_owned(), links.hints.database().url().to_owned()])
            }
            Some(_) => settings.extend(["--hints".to_owned(), format!("nats://{}", links.hints.address())]),
        }
        let program = Program {
            path: path.to_owned(),
            database: links.queries.database().url().to_owned(),
            sync: "full".to_owned(),
            address,
            socket: None,
            log: folder.join(format!("node{number}.log")),
            timeout_ms: Some(DATABASE_TIMEOUT_MS),
            settings,
            variables: Vec::new(),
        };
        let process = Some(program.start());
        (Self { number, program, process, failed_starts: 0, clock_library: find_clock_library() }, links)
    }

    /// Whether libfaketime is installed.
    pub(crate) fn can_change_clock(&self) -> bool {
        self.clock_library.is_some()
    }

    /// Sets by how many hours the clock is wrong from the next start on.
    pub(crate) fn set_clock(&mut self, hours: i64) {
        let Some(library) = self.clock_library.as_ref().filter(|_| hours != 0) else {
            self.program.variables.clear();
            return;
        };
        self.program.variables = vec![
            ("LD_PRELOAD", library.display().to_string()),
            ("FAKETIME", format!("{hours:+}h")),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ];
    }

    pub(crate) fn restart(&mut self) {
        self.process = Some(self.program.start());
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(&mut self) -> Result<(), Violation> {
        self.restart_if_failed();
        self.process.take().map_or(Ok(()), |process| process.kill().map_err(|why| self.named(&why)))
    }

    /// Ends it with SIGTERM.
    pub(crate) async fn drain(&mut self) -> Result<(), Violation> {
        self.restart_if_failed();
        let Some(process) = self.process.take() else { return Ok(()) };
        process.terminate();
        process.wait_for_exit().await.map_err(|why| self.named(&why))
    }

    pub(crate) fn pause(&mut self) {
        self.restart_if_failed();
        self.process.iter().for_each(ServerProcess::pause);
    }

    pub(crate) fn resume(&mut self) {
        self.process.iter().for_each(ServerProcess::resume);
    }

    /// Waits until it is ready, and starts it again if its last start failed.
    pub(crate) async fn recover(&mut self) -> Result<(), Violation> {
        let started = Instant::now();
        while Api::ready(self.program.address).await != Some(StatusCode::OK) {
            self.restart_if_failed();
            if started.elapsed() > RECOVERY_TIMEOUT {
                return Err(
                    self.named(&format!("not ready {RECOVERY_TIMEOUT:?} after everything was healed"))
                );
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Starts it again if its last start failed, as a supervisor does.
    fn restart_if_failed(&mut self) {
        if self.process.as_mut().is_some_and(|process| process.failed_to_start().is_some()) {
            self.failed_starts += 1;
            self.restart();
        }
    }

    /// Returns the lines of its log that must not be there.
    pub(crate) fn logged_faults(&self) -> Vec<String> {
        let log = fs::read_to_string(&self.program.log).unwrap_or_default();
        let is_fault = |line: &&str| line.contains("panicked") || line.contains("events_lost");
        log.lines().filter(is_fault).map(|line| self.named(line)).collect()
    }

    /// Says so if it has ended at a start.
    pub(crate) fn failed_start(&self) -> Result<(), Violation> {
        if self.failed_starts == 0 {
            return Ok(());
        }
        let log = fs::read_to_string(&self.program.log).unwrap_or_default();
        let reasons: Vec<_> = log.lines().filter(|line| line.starts_with("chorus: ")).collect();
        Err(self.named(&format!("{} starts failed; it has said: {reasons:?}", self.failed_starts)))
    }

    fn named(&self, what: &str) -> String {
        format!("node {}: {what}", self.number)
    }
}

/// Returns the library that gives a process another time, if it is installed (libfaketime).
fn find_clock_library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let mut found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    found.find(|library| library.is_file())
}
