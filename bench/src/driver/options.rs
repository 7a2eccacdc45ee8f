//! The options of `bench`.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::{scenarios::Scenario, servers::Server};

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Chorus and its peers, in turn.
    Peers,
    /// Chorus alone: the cost of more subscribers, topics and connections.
    Growth,
    /// Chorus alone: all clients reconnect at once.
    Storms,
    /// Chorus alone: the cost of its pages.
    Pages,
    /// Several nodes on one PostgreSQL database, which must be installed.
    Cluster,
}

/// The way in which nodes notify each other of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Hints {
    /// `LISTEN` and `NOTIFY`.
    Notify,
    /// A NATS server, which the benchmark starts.
    Nats,
    /// Not at all: by the poll alone.
    None,
}

/// Measures Chorus and peers in turn, and prints tables. Progress goes to standard error.
#[derive(Debug, Parser)]
#[command(name = "bench", max_term_width = 110)]
pub struct Options {
    /// The parts to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Part::Peers, Part::Growth, Part::Storms, Part::Pages])]
    pub parts: Vec<Part>,
    /// The servers to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Server::value_variants().to_vec())]
    pub servers: Vec<Server>,
    /// The scenarios to measure.
    #[arg(long, value_enum, ignore_case = true, value_delimiter = ',', default_values_t = Scenario::value_variants().to_vec())]
    pub scenarios: Vec<Scenario>,
    /// Cluster: how nodes notify each other. NATS is left out where it is not installed.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Hints::value_variants().to_vec())]
    pub hints: Vec<Hints>,
    /// The number of rounds; the tables show medians.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Seconds measured in each run.
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// Seconds of load before measuring.
    #[arg(long, default_value_t = 2.0)]
    pub warmup: f64,
    /// Chorus' executable.
    #[arg(long, default_value = "target/release/chorus")]
    pub chorus: PathBuf,
    /// The executable of an earlier Chorus to compare with, measured as `chorus-v1-before` and `chorus-plain-before`.
    #[arg(long)]
    pub before: Option<PathBuf>,
    /// The folder of the peers that come from npm.
    #[arg(long, default_value = "bench/peers")]
    pub peers: PathBuf,
    /// Also writes the tables into this file.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Also writes each run as a line of JSON into this file.
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Also writes each part into its section of this document.
    #[arg(long)]
    pub document: Option<PathBuf>,
}
