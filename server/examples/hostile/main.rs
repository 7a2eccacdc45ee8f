//! `make hostile`: one address attacks the real program in each of the ways that once worked, while somebody else chats.
//!
//! All of it stays on loopback. Attackers connect from 127.0.0.2, the others from 127.0.0.1, so limits for each address keep them
//! apart. A row prints how often the attack was tried, and what the others felt meanwhile.
//!
//! | module | what |
//! |---|---|
//! | `server` | the server's process, and the memory that it takes |
//! | `probe` | somebody who chats and reads pages, and how long each takes |
//! | `raw` | connections that need not follow any rule |
//! | `attacks` | one function for each attack |
//! | `table` | the rows |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers, which stops at the first fault"
)]

mod attacks;
mod probe;
mod raw;
mod server;
mod table;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use attacks::{ALL, Attack, Count, Target};
use probe::Probe;
use server::Server;
use table::Row;

/// Attacks the program and prints what others feel.
#[derive(Debug, Parser)]
struct Options {
    /// Seconds for each attack.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Fails when the others' p99 is at least this many milliseconds. 0 only prints it, for machines that do other work too.
    #[arg(long, default_value_t = 0)]
    p99_ms: u64,
    /// Fails when the program takes more MiB than this at any time.
    #[arg(long, default_value_t = 400)]
    memory_mib: u64,
    /// Runs only the attacks whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// The program.
    #[arg(long, default_value = "target/release/chorus")]
    program: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    raise_descriptors();
    println!("{}", Row::HEAD);
    let mut failed = Vec::new();
    for attack in ALL.iter().filter(|attack| attack.name.contains(&options.only)) {
        let row = run(attack, &options).await;
        println!("{row}");
        failed.extend(
            row.faults(options.p99_ms, options.memory_mib).map(|fault| format!("{}: {fault}", attack.name)),
        );
    }
    failed.iter().for_each(|fault| println!("FAILED {fault}"));
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Attackers hold thousands of connections.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// Runs one attack against a server of its own.
async fn run(attack: &Attack, options: &Options) -> Row {
    let server = Server::start(&options.program).await;
    probe::fill(server.address).await;
    let idle = server.memory_mib();
    let stop = CancellationToken::new();
    let tracker = TaskTracker::new();
    let count = Count::default();
    let target = Target { server: server.address, count: count.clone(), stop: stop.clone() };
    (attack.begin)(&target, &tracker);
    let probe = Probe::run(server.address, Duration::from_secs(options.seconds)).await;
    let most = server.memory_mib();
    stop.cancel();
    tracker.close();
    tracker.wait().await;
    let alive = probe::is_ready(server.address).await;
    Row { name: attack.name, tried: count.tried(), refused: count.refused(), probe, idle, most, alive }
}
