//! `make hostile`: one address runs denial-of-service attacks against the real server, each of which once worked, while a probe
//! from another address measures what ordinary users notice.
//!
//! All traffic stays on loopback. Attackers connect from 127.0.0.2 and the probe from 127.0.0.1, so that limits per address tell
//! them apart. Each row of the table shows the attack's attempts and the latencies that the probe measured meanwhile.
//!
//! | module | contents |
//! |---|---|
//! | `server` | the server's process, its memory and its processor time |
//! | `probe` | a client that publishes messages and reads pages, and measures their latencies |
//! | `attacker` | the process of the attack: apart, so that the probe does not measure how busy the attacker is |
//! | `sink` | a process that an attack hits in place of the server: it shows what the machine alone costs |
//! | `cpu` | the processor time of a process |
//! | `raw` | TCP connections that can break the protocol's rules |
//! | `attacks` | one function per attack |
//! | `table` | the table's rows |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers, which stops at the first fault"
)]

mod attacker;
mod attacks;
mod cpu;
mod probe;
mod raw;
mod server;
mod sink;
mod table;

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use attacker::{Attacker, Totals};
use attacks::{ATTACKS, Attack};
use probe::Probe;
use server::{Entrance, Server};
use sink::Sink;
use table::{Control, Row};

/// A row whose p99 is at least this many milliseconds gets a control.
const MIN_CONTROL_MS: u128 = 100;

/// Attacks the server and prints the latencies of other users meanwhile.
#[derive(Debug, Parser)]
struct Options {
    /// Seconds for each attack.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Fails if the probe's p99 exceeds that of the control by this many milliseconds. 0 disables the check, for machines that do other work too.
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
    /// Runs as the attacker's process against this server, with the attack that `only` names.
    #[arg(long, hide = true)]
    attack: Option<SocketAddr>,
    /// Runs as the process that an attack hits for control.
    #[arg(long, hide = true)]
    sink: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    raise_file_limit();
    if options.sink {
        return sink::run().await;
    }
    if let Some(server) = options.attack {
        return attacker::run(&options.only, server).await;
    }
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
    let server = Server::start(&options.program, attack.server).await;
    probe::fill(server.entrance).await;
    let memory_before = server.peak_memory_mib();
    let cpu_before = server.cpu_seconds();
    let begun = Instant::now();
    let (probe, totals) = measure(attack, server.entrance.address, server.entrance, options).await;
    let seconds = begun.elapsed().as_secs_f64();
    let server_cpu = (server.cpu_seconds() - cpu_before) / seconds;
    let memory_peak = server.peak_memory_mib();
    let is_alive = probe::is_ready(server.entrance).await;
    drop(server);
    let control = if probe.p99_ms() >= MIN_CONTROL_MS { Some(control(attack, options).await) } else { None };
    Row {
        name: attack.name,
        attempts: totals.attempts,
        refused: totals.refused,
        max_admitted: (attack.max_admitted)(seconds),
        min_refused: (attack.min_refused)(seconds),
        probe,
        control,
        server_cpu,
        attacker_cpu: totals.cpu_seconds / seconds,
        memory_before,
        memory_peak,
        is_alive,
    }
}

/// Runs one attack against `target`, and measures what the others notice who use `server`.
async fn measure(
    attack: &Attack,
    target: SocketAddr,
    server: Entrance,
    options: &Options,
) -> (Probe, Totals) {
    let attacker = Attacker::start(attack, target);
    let probe = Probe::run(server, Duration::from_secs(options.seconds)).await;
    (probe, attacker.stop().await)
}

/// Measures what the others notice if the same attack hits a process on the same machine that does nothing.
async fn control(attack: &Attack, options: &Options) -> Control {
    let server = Server::start(&options.program, attack.server).await;
    probe::fill(server.entrance).await;
    let sink = Sink::start().await;
    let (probe, totals) = measure(attack, sink.address, server.entrance, options).await;
    Control { probe, attempts: totals.attempts }
}
