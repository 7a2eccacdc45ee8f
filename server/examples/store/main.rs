//! Benchmarks of the store without sockets: `store publish`, `store index` and `store scale`.
//!
//! - `publish [SECONDS] [PUBLISHERS]` appends to a log in a SQLite file of its own, with 1 to 100 publishers that each wait for
//!   their receipt. It prints durable messages per second and their cost.
//! - `index [MESSAGES] [PER_SECOND]` publishes at a rate (0: as fast as possible). It prints how far the search index is behind
//!   then, and how long it takes to catch up.
//! - `scale [TOPICS] [EVENTS]` seeds two files, a small one and one of that size. It prints how long the same reads take in both,
//!   and their query plans.
//!
//! Times depend on the machine; `taskset -c 0` binds the benchmark to one core.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers, which stops at the first error"
)]

mod index;
mod open_log;
mod publish;
mod resource_usage;
mod scale;
mod seed;

use std::time::Duration;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_else(|| usage());
    let numbers: Vec<u64> = arguments.map(|text| text.parse().unwrap_or_else(|_| usage())).collect();
    let number = |index: usize, default| numbers.get(index).copied().unwrap_or(default);
    match command.as_str() {
        "publish" => publish::run(Duration::from_secs(number(0, 3)), numbers.get(1).copied()),
        "index" => index::run(number(0, 200_000), number(1, 10_000)),
        "scale" => scale::run(number(0, 10_000), number(1, 10_000_000)),
        _ => usage(),
    }
}

fn usage() -> ! {
    println!(
        "store publish [SECONDS] [PUBLISHERS] | store index [MESSAGES] [PER_SECOND] | store scale [TOPICS] [EVENTS]"
    );
    std::process::exit(2)
}
