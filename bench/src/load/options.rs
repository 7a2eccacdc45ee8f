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
pub struct LoadOptions {
    /// The server's address.
    pub address: SocketAddr,
    /// Addresses of further servers on the same database; connections go round all of them.
    #[arg(long)]
    pub also: Vec<SocketAddr>,
    /// Processes whose CPU is measured as well, each with its children.
    #[arg(long)]
    pub parts: Vec<u32>,
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
    /// All connections; each receives every message of its topics.
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
    /// Topics (chorus.v1): subscriptions go round them, and with --acks the messages of each publisher; otherwise each
    /// publisher writes in one of them.
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

impl LoadOptions {
    /// The names of the topics, at least one.
    pub fn topics(&self) -> Result<Vec<TopicName>, TopicNameError> {
        (0..self.topic_count()).map(|number| format!("bench{number}").parse()).collect()
    }

    /// The server of a connection.
    pub(super) fn address_of(&self, connection: usize) -> SocketAddr {
        let turn = connection % (1 + self.also.len());
        turn.checked_sub(1).and_then(|turn| self.also.get(turn)).copied().unwrap_or(self.address)
    }

    fn topic_count(&self) -> usize {
        self.topics.max(1)
    }

    /// The topics that a connection subscribes to, as indices.
    pub(super) fn subscribed_topics(&self, connection: usize) -> impl Iterator<Item = usize> + use<> {
        let topics = self.topic_count();
        let count = if self.acks { 0 } else { self.subscriptions.min(topics) };
        (0..count).map(move |number| (connection * count + number) % topics)
    }

    /// The topic of a publisher's message, as an index.
    pub(super) fn topic_of(&self, publisher: usize, number: u32) -> usize {
        if self.acks {
            // Each publisher cycles through the topics from its own start, so that together they use all of them evenly.
            (number as usize * self.publishers + publisher) % self.topic_count()
        } else {
            // Receivers check the order of each publisher's messages, and messages of several topics have none.
            publisher % self.topic_count()
        }
    }

    /// The number of receivers of each publisher's messages.
    pub(super) fn receivers(&self) -> Vec<u32> {
        if self.acks {
            // Each message has one receiver: its publisher.
            return vec![1; self.publishers];
        }
        if self.dialect != Dialect::V1 {
            return vec![self.connections as u32; self.publishers];
        }
        let mut subscribers = vec![0; self.topic_count()];
        (0..self.connections)
            .flat_map(|index| self.subscribed_topics(index))
            .for_each(|topic| subscribers[topic] += 1);
        (0..self.publishers).map(|publisher| subscribers[self.topic_of(publisher, 0)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(words: &str) -> LoadOptions {
        LoadOptions::parse_from(format!("load 127.0.0.1:1 --pid 1 {words}").split(' '))
    }

    #[test]
    fn subscriptions_go_round_the_topics() {
        let options = options("--topics 3 --subscriptions 2");
        let topics = |connection| options.subscribed_topics(connection).collect::<Vec<_>>();
        assert_eq!([topics(0), topics(1), topics(2)], [[0, 1], [2, 0], [1, 2]]);
    }

    #[test]
    fn connections_go_round_the_servers() {
        let options = options("--also 127.0.0.1:2 --also 127.0.0.1:3");
        assert_eq!([0, 1, 2, 3].map(|connection| options.address_of(connection).port()), [1, 2, 3, 1]);
    }

    #[test]
    fn a_message_has_the_subscribers_of_its_topic_as_receivers() {
        for (words, receivers) in [
            ("--connections 5 --publishers 4", [5, 5, 5, 5]),
            ("--connections 5 --publishers 4 --topics 3", [2, 2, 1, 2]),
            ("--connections 5 --publishers 4 --topics 2 --subscriptions 9", [5, 5, 5, 5]),
            ("--connections 5 --publishers 4 --topics 3 --acks", [1, 1, 1, 1]),
            ("--connections 5 --publishers 4 --dialect plain", [5, 5, 5, 5]),
        ] {
            assert_eq!(options(words).receivers(), receivers, "{words}");
        }
    }
}
