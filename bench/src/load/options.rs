//! The options of `load`.

use std::{net::SocketAddr, path::PathBuf};

use app::protocol::{TopicName, TopicNameError};
use clap::{Parser, ValueEnum};

use crate::dialect::Dialect;

/// The kind of measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Messages: their cost, their latency, and whether all came.
    Talk,
    /// The memory of idle connections.
    Idle,
    /// All clients resume at once.
    Storm,
}

/// Puts load on a WebSocket chat server, checks every delivery, and measures the cost.
#[derive(Debug, Clone, Parser)]
#[command(name = "load", max_term_width = 110)]
pub struct Options {
    /// The server's address.
    pub address: SocketAddr,
    /// The server's process: its CPU and memory are taken from it and its children.
    #[arg(long)]
    pub pid: u32,
    /// The kind of measurement.
    #[arg(long, value_enum, default_value_t = Mode::Talk)]
    pub mode: Mode,
    /// The server's dialect.
    #[arg(long, value_enum, default_value_t = Dialect::V1)]
    pub dialect: Dialect,
    /// The path of the endpoint.
    #[arg(long, default_value = "/chat")]
    pub path: String,
    /// All connections; each receives every message.
    #[arg(long, default_value_t = 1_010)]
    pub connections: usize,
    /// Those of them that publish as well.
    #[arg(long, default_value_t = 10)]
    pub publishers: usize,
    /// Messages a second of all publishers together, whatever the server does (open loop). Without it, the next message
    /// goes out when one is done (closed loop).
    #[arg(long)]
    pub rate: Option<u32>,
    /// Closed loop: messages of a publisher that are under way at once.
    #[arg(long, default_value_t = 8)]
    pub outstanding: usize,
    /// Seconds before measuring begins.
    #[arg(long, default_value_t = 2.0)]
    pub warmup: f64,
    /// Seconds measured.
    #[arg(long, default_value_t = 5.0)]
    pub seconds: f64,
    /// Ends after this many messages of the window, whatever the time.
    #[arg(long)]
    pub messages: Option<u64>,
    /// Seconds to wait for what is still under way at the end; what has not come by then is lost.
    #[arg(long, default_value_t = 10.0)]
    pub drain: f64,
    /// Topics (chorus.v1): messages and subscriptions go round them.
    #[arg(long, default_value_t = 1)]
    pub topics: usize,
    /// Topics that each connection subscribes to (chorus.v1).
    #[arg(long, default_value_t = 1)]
    pub subscriptions: usize,
    /// No client subscribes, and a message is complete with its ack (chorus.v1).
    #[arg(long)]
    pub acks: bool,
    /// Talk: a file for the latency of each message, in microseconds, a line each, in the order in which they were done.
    #[arg(long)]
    pub latencies: Option<PathBuf>,
    /// Connections under way at once while all are opened.
    #[arg(long, default_value_t = 128)]
    pub at_once: usize,
    /// Storm: events that each client has missed.
    #[arg(long, default_value_t = 100)]
    pub missed: u64,
}

impl Options {
    /// The names of the topics, at least one.
    pub fn topics(&self) -> Result<Vec<TopicName>, TopicNameError> {
        (0..self.topics.max(1)).map(|number| format!("bench{number}").parse()).collect()
    }
}
