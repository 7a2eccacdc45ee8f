//! The loads that each server is measured with.

use clap::ValueEnum;

/// A scenario, by the letter it has in the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "verbatim")]
pub enum Scenario {
    /// 1000 subscribers and 10 publishers, who subscribe too; 100 messages a second, open loop.
    A,
    /// The same in a closed loop, 8 outstanding messages per publisher.
    B,
    /// 32 connections that all publish and receive, closed loop, 1 outstanding each.
    C32,
    /// 100 of them.
    C100,
    /// 10,000 subscribers without a message.
    D,
}

impl Scenario {
    /// Returns the load generator's options. The times are in seconds.
    pub fn arguments(self, seconds: f64, warmup: f64) -> Vec<String> {
        let words = match self {
            Self::A => "--connections 1010 --publishers 10 --rate 100",
            Self::B => "--connections 1010 --publishers 10 --outstanding 8",
            Self::C32 => "--connections 32 --publishers 32 --outstanding 1",
            Self::C100 => "--connections 100 --publishers 100 --outstanding 1",
            Self::D => "--mode idle --connections 10000",
        };
        split(&format!("{words} --seconds {seconds} --warmup {warmup}"))
    }

    /// The scenarios' explanation above the tables.
    pub const MEANING: &str = "\
A: 1000 subscribers + 10 publishers (subscribed too), 100 messages/s in all, open loop. B: the same, closed loop, 8 \
outstanding a publisher. C32/C100: 32 or 100 connections that all publish and receive, closed loop, 1 outstanding each. D: \
10,000 idle subscribers. Bodies of 128 bytes; a message is done when all receivers have it, and its latency begins when it \
was due. Chorus commits every message before anyone sees it; the others store nothing.";
}

/// Splits a command line without quotes into words.
pub fn split(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}
