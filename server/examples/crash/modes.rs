//! The modes of the crash test: what happens to the server meanwhile.

use std::{net::TcpListener, path::Path, time::Duration};

use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    Violation,
    bans::Bans,
    cluster, lossy_run, moves,
    network::Network,
    options::{Options, UpgradeKind},
    power::Power,
    random::Random,
    restores,
    run::Run,
    server_process::{Program, ServerProcess, free_address},
    upgrade,
};

/// One life of each run is this long, so that its read marks are stored before the kill.
const LONG_LIFETIME: Duration = Duration::from_millis(3_500);

/// Runs the crash test and prints a summary.
pub(crate) async fn run(options: Options) -> Result<(), Violation> {
    let folder = TempDir::new().expect("a temporary folder");
    let seed = options.seed.unwrap_or_else(|| Random::new(u64::from(std::process::id())).next() ^ now());
    if let Some(nodes) = options.nodes {
        println!(
            "cluster test: {nodes} nodes, {} s, --hints {}, --seed {seed}",
            options.seconds, options.hints
        );
        let done = cluster::run(&options, nodes, folder.path(), seed).await;
        return keep_if_failed(folder, done);
    }
    // Where there is none, this has been said.
    let needs_postgres = options.freezes || options.upgrade == Some(UpgradeKind::Nodes);
    if needs_postgres && testing::find_postgres().is_none() {
        return Ok(());
    }
    println!("{}, --sync {}, --seed {seed}", heading(&options)?, options.sync);
    let Some(power) = Power::new(&options, seed) else { return Ok(()) };
    let done = run_in(&options, folder.path(), seed, power).await;
    let logged = std::fs::read_to_string(folder.path().join("chorus.log")).unwrap_or_default();
    let faults: Vec<&str> = logged.lines().filter(|line| line.contains("panicked")).collect();
    let done = done.and_then(|()| match faults.first() {
        Some(fault) => Err(format!("the server panicked: {fault}")),
        None => Ok(()),
    });
    keep_if_failed(folder, done)
}

/// Keeps the run's files if it has failed.
fn keep_if_failed(folder: TempDir, done: Result<(), Violation>) -> Result<(), Violation> {
    if done.is_err() {
        println!("the logs of servers, and a SQLite database, are kept in {}", folder.keep().display());
    }
    done
}

fn heading(options: &Options) -> Result<String, Violation> {
    let kind = match options {
        Options { upgrade: Some(kind), .. } => {
            return Ok(format!("upgrade test: {kind:?}, {}", upgrade::versions(options)?));
        }
        Options { power_cuts: true, .. } => "power cuts",
        Options { restores: true, .. } => "restores",
        Options { moves: true, .. } => "files moved or deleted",
        _ => "ends of the server",
    };
    Ok(format!("crash test: {} {kind}", options.kills))
}

async fn run_in(options: &Options, folder: &Path, seed: u64, power: Power) -> Result<(), Violation> {
    if options.upgrade == Some(UpgradeKind::Nodes) {
        return upgrade::run_rolling(options, folder, Random::new(seed)).await;
    }
    let network = options.freezes.then(Network::start);
    let file = power.folder().unwrap_or(folder).join("chorus.db");
    let behind = network.as_ref().map(Network::url).or_else(|| options.database.clone());
    let address = free_address();
    let passes_socket = options.upgrade == Some(UpgradeKind::Socket);
    let program = Program {
        path: options.first_program().to_owned(),
        database: behind.unwrap_or_else(|| format!("sqlite://{}", file.display())),
        timeout_ms: options.freezes.then_some(1_000),
        sync: options.sync.clone(),
        address,
        socket: passes_socket.then(|| TcpListener::bind(address).expect("a free port")),
        log: folder.join("chorus.log"),
        settings: Vec::new(),
        variables: Vec::new(),
    };
    let random = Random::new(seed);
    if options.sync == "normal" {
        return lossy_run::run(program, power, random, options.kills).await;
    }
    let mut server = program.start();
    server.wait_until_ready().await?;
    let run = Run::start(options, program, power, network, random).await?;
    match options {
        Options { upgrade: Some(_), .. } => upgrade::run_on_one_machine(run, server, options, folder).await,
        Options { restores: true, .. } => restores::run(run, server, &file, options.kills).await,
        Options { moves: true, .. } => moves::run(run, server, &file, options.kills).await,
        _ => kills(run, server, options.kills).await,
    }
}

fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64)
}

async fn kills(mut run: Run, mut server: ServerProcess, kills: u32) -> Result<(), Violation> {
    server.wait_until_ready().await?;
    // A commit that is frozen before a ban may be stored after its answer: docs/RIGHTS.md.
    let bans = if run.network.is_none() { Some(Bans::start(&mut run).await?) } else { None };
    for n in 0..kills {
        run.open_topics(n, kills);
        if n == kills / 2 {
            server.wait_until_ready().await?;
            sleep(LONG_LIFETIME).await;
        }
        server = run.restart(server).await?;
        run.clients.check()?;
    }
    server.wait_until_ready().await?;
    if let Some(bans) = bans {
        bans.end(kills).await?;
    }
    run.finish(server).await
}
