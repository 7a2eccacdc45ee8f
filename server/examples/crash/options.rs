//! What is asked for.

use std::path::PathBuf;

use clap::Parser;

/// Kills the server under load, starts it again, and looks for what was lost, doubled or out of order.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// How often the server is ended and started again.
    #[arg(long, default_value_t = 20)]
    pub(crate) kills: u32,
    /// What all random choices are made of. Times depend on the machine, so a seed repeats the choices, not the run.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// The database, handed to the server as it is; a SQLite file in a temporary folder unless told.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// Uses a PostgreSQL of the test's own, behind a network that stops carrying at some commits.
    #[arg(long, conflicts_with = "database")]
    pub(crate) freezes: bool,
    /// Cuts the power at each end: the SQLite file lies on a disk that forgets what was not synced (Linux, FUSE, as root).
    #[arg(long, conflicts_with_all = ["database", "freezes"])]
    pub(crate) power_cuts: bool,
    /// The program that is that disk.
    #[arg(long, default_value = "target/release/volatile-disk")]
    pub(crate) disk: PathBuf,
    /// The server's `--sync`. With `normal`, a power cut may take the newest events: the rest must be a prefix of the log.
    #[arg(long, default_value = "full", value_parser = ["full", "normal"])]
    pub(crate) sync: String,
    /// Clients that write, and hear what they write.
    #[arg(long, default_value_t = 4)]
    pub(crate) authors: usize,
    /// Clients that only read; they stall, leave and forget.
    #[arg(long, default_value_t = 4)]
    pub(crate) readers: usize,
    /// The program.
    #[arg(long, default_value = "target/release/chorus")]
    pub(crate) program: PathBuf,
}
