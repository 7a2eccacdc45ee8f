//! `make hostile`: one address runs denial-of-service attacks against the real server, each of which once worked, while a probe
//! from another address measures what ordinary users notice.
//!
//! All traffic stays on loopback. Attackers connect from 127.0.0.2 and the probe from 127.0.0.1, so that limits per address tell
//! them apart. Each row of the table shows the attack's attempts and the latencies that the probe measured meanwhile.
//!
//! | module | contents |
//! |---|---|
//! | `server` | the server's process and its memory |
//! | `probe` | a client that publishes messages and reads pages, and measures their latencies |
//! | `raw` | TCP connections that can break the protocol's rules |
//! | `attacks` | one function per attack |
//! | `table` | the table's rows |

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

use attacks::{ATTACKS, Attack, Counters, Target};
use probe::Probe;
use server::Server;
use table::Row;

/// Attacks the server and prints the latencies of other users meanwhile.
#[derive(Debug, Parser)]
struct Options {
    /// Seconds for each attack.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Fails if the probe's p99 is at least this many milliseconds. 0 disables the check, for machines that do other work too.
    #[arg(long, default_value_t = 0)]
    p99_ms: u64,
    /// Fails if the server's resident memory exceeds this many MiB at any time.
    #[arg(long, default_value_t = 400)]
    memory_mib: u64,
    /// Runs only the attacks whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// The server's executable.
    #[arg(long, default_value = "target/release/chorus")]
    program: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    raise_file_limit();
    println!("{}", Row::HEAD);
    let mut failed = Vec::new();
    for attack in ATTACKS.iter().filter(|attack| attack.name.contains(&options.only)) {
        let row = run(attack, &options).await;
        println!("{row}");
        failed.extend(
            row.faults(options.p99_ms, options.memory_mib).map(|fault| format!("{}: {fault}", attack.name)),
        );
    }
    failed.iter().for_each(|fault| println!("FAILED {fault}"));
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Raises the limit of open files, since attackers hold thousands of connections.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// Runs one attack against a server of its own.
async fn run(attack: &Attack, options: &Options) -> Row {
    let server = Server::start(&options.program).await;
    probe::fill(server.address).await;
    let memory_before = server.peak_memory_mib();
    let stop = CancellationToken::new();
    let tracker = TaskTracker::new();
    let counters = Counters::default();
    let target = Target { server: server.address, counters: counters.clone(), stop: stop.clone() };
    (attack.start)(&target, &tracker);
    let probe = Probe::run(server.address, Duration::from_secs(options.seconds)).await;
    let memory_peak = server.peak_memory_mib();
    stop.cancel();
    tracker.close();
    tracker.wait().await;
    Row {
        name: attack.name,
        attempts: counters.attempts(),
        refused: counters.refused(),
        probe,
        memory_before,
        memory_peak,
        is_alive: probe::is_ready(server.address).await,
    }
}
