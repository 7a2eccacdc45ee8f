//! What the store can do, without any socket: `store publish`, `store index` and `store scale`.
//!
//! `publish [SECONDS] [PUBLISHERS]` appends to a log in a SQLite file of its own, from 1 to 100 publishers of whom each waits
//! for its receipt, and prints durable messages a second and what each cost. `scale [TOPICS] [EVENTS]` fills two files, a small one
//! and one of that size, and prints how long the same reads take in both, and how the database goes about them.
//! `index [MESSAGES] [PER_SECOND]` publishes at a rate (0: as fast as it goes), and prints how far the index of words is behind then,
//! and how long it takes to catch up.
//! Times depend on the machine; bind to one core with `taskset -c 0` to see what one core does.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers, which stops at the first fault"
)]

mod fill;
mod index;
mod opened;
mod publish;
mod resource_usage;
mod scale;

use std::time::Duration;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_else(|| usage());
    let numbers: Vec<u64> = arguments.map(|text| text.parse().unwrap_or_else(|_| usage())).collect();
    let number = |place: usize, otherwise| numbers.get(place).copied().unwrap_or(otherwise);
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
