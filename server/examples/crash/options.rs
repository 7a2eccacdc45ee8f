//! Command-line options.

use std::path::PathBuf;

use clap::Parser;

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
    /// Cuts the power each time the server ends: the SQLite file is on a disk that loses unsynced writes (Linux, FUSE, as root).
    #[arg(long, conflicts_with_all = ["database", "freezes"])]
    pub(crate) power_cuts: bool,
    /// The executable that provides that disk.
    #[arg(long, default_value = "target/release/volatile-disk")]
    pub(crate) disk: PathBuf,
    /// The server's `--sync`. With `normal`, a power cut may take the newest events: the rest must be a prefix of the log.
    #[arg(long, default_value = "full", value_parser = ["full", "normal"])]
    pub(crate) sync: String,
    /// Clients that publish and change messages, and receive all events.
    #[arg(long, default_value_t = 4)]
    pub(crate) authors: usize,
    /// Clients that only read. They stall, disconnect, and sometimes subscribe anew.
    #[arg(long, default_value_t = 4)]
    pub(crate) readers: usize,
    /// The server's executable.
    #[arg(long, default_value = "target/release/chorus")]
    pub(crate) program: PathBuf,
}
