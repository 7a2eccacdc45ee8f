//! Command-line options.

use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};

/// Kills the server under load, restarts it, and checks that no event is lost, duplicated or out of order.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// How often the server is killed or stopped, and started again.
    #[arg(long, default_value_t = 20)]
    pub(crate) kills: u32,
    /// The seed of all random choices. Timing depends on the machine, so a seed repeats the choices, not the run.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// The database URL for the server. The default is a SQLite file in a temporary folder.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// Uses a temporary PostgreSQL server behind a network that stalls at some commits.
    #[arg(long, conflicts_with = "database")]
    pub(crate) freezes: bool,
    /// Replaces the SQLite file by an older copy at each end of the server.
    #[arg(long, conflicts_with_all = ["database", "freezes", "moves", "power_cuts"])]
    pub(crate) restores: bool,
    /// Moves, deletes or replaces a file of the database under the running server before each end.
    #[arg(long, conflicts_with_all = ["database", "freezes", "power_cuts"])]
    pub(crate) moves: bool,
    /// Cuts the power each time the server ends: the SQLite file is on a disk that loses unsynced writes (Linux, FUSE, as root).
    #[arg(long, conflicts_with_all = ["database", "freezes"])]
    pub(crate) power_cuts: bool,
    /// The executable that provides that disk.
    #[arg(long, default_value = "target/release/volatile-disk")]
    pub(crate) disk: PathBuf,
    /// The server's `--sync`. With `normal`, a power cut may take the newest events: the rest must be a prefix of the log.
    #[arg(long, default_value = "full", value_parser = ["full", "normal"])]
    pub(crate) sync: String,
    /// Clients of the WebSocket that publish and change messages in all topics, and receive all events.
    #[arg(long, default_value_t = 4)]
    pub(crate) authors: usize,
    /// WebSocket clients that only read. They stall, disconnect, and sometimes subscribe without a position.
    #[arg(long, default_value_t = 4)]
    pub(crate) readers: usize,
    /// Topics. One is open from the beginning, the others come in the course of the run.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) topics: u8,
    /// Clients of each topic that write through the HTTP API and read its event stream.
    #[arg(long, default_value_t = 1)]
    pub(crate) http_authors: usize,
    /// Clients of each topic that only read its event stream.
    #[arg(long, default_value_t = 1)]
    pub(crate) http_readers: usize,
    /// Runs this many servers on one temporary PostgreSQL for `--seconds`, over links that fail, instead of one that is killed.
    #[arg(long, conflicts_with_all = ["database", "freezes", "restores", "moves", "power_cuts"], value_parser = clap::value_parser!(u8).range(2..=9))]
    pub(crate) nodes: Option<u8>,
    /// How these servers notify each other of events.
    #[arg(long, default_value = "notify", value_parser = ["notify", "nats"], requires = "nodes")]
    pub(crate) hints: String,
    /// Authors, too, must catch up soon after the faults, although a commit may hold them up.
    #[arg(long, requires = "nodes")]
    pub(crate) authors_too: bool,
    /// How long faults come.
    #[arg(long, default_value_t = 60, requires = "nodes")]
    pub(crate) seconds: u64,
    /// Replaces the server by another version under load, in this way.
    #[arg(long, value_enum, conflicts_with_all = ["database", "freezes", "restores", "moves", "power_cuts", "nodes"])]
    pub(crate) upgrade: Option<UpgradeKind>,
    /// The executable before the upgrade. Without it, `--program` is both.
    #[arg(long, requires = "upgrade")]
    pub(crate) old: Option<PathBuf>,
    /// Names events by their draft alone: versions up to 0.2.0 do not know the time in positions.
    #[arg(long, requires = "old")]
    pub(crate) positions_without_time: bool,
    /// Goes back to the version before.
    #[arg(long, requires = "upgrade")]
    pub(crate) rollback: bool,
    /// The server's executable.
    #[arg(long, default_value = "target/release/chorus")]
    pub(crate) program: PathBuf,
}

/// How a server is replaced by another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UpgradeKind {
    /// SQLite: the new server listens after the old one has ended.
    Restart,
    /// SQLite: both get a listening socket that stays open, as from systemd.
    Socket,
    /// PostgreSQL: two servers are replaced one after the other.
    Nodes,
}

impl Options {
    /// The executable that runs first.
    pub(crate) fn first_program(&self) -> &Path {
        self.old.as_deref().unwrap_or(&self.program)
    }

    /// How many copies of topics there are at clients that only read.
    pub(crate) fn listeners(&self) -> usize {
        (self.readers + self.http_readers) * usize::from(self.topics)
    }
}
