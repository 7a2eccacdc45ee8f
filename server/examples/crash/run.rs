//! The run: starts clients, ends and restarts the server at random moments, then verifies the logs.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    Violation,
    clients::Clients,
    cluster, lossy_run, moves,
    network::Network,
    options::Options,
    power::Power,
    random::Random,
    report, restores,
    server_process::{Program, ServerProcess, free_address},
    shared::Shared,
    verify,
};

/// One life of each run is this long, so that its read marks are stored before the kill.
const LONG_LIFETIME: Duration = Duration::from_millis(3_500);

/// How often the server was ended in each way.
#[derive(Default)]
pub(crate) struct StopCounts {
    pub(crate) killed: u32,
    /// Of all, before the server had printed that it is ready.
    pub(crate) early: u32,
    pub(crate) terminated: u32,
}

pub(crate) struct Run {
    pub(crate) program: Program,
    pub(crate) random: Random,
    pub(crate) shared: Arc<Shared>,
    pub(crate) clients: Clients,
    pub(crate) power: Power,
    pub(crate) network: Option<Network>,
    pub(crate) stops: StopCounts,
    pub(crate) started: Instant,
}

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
    if options.freezes && testing::find_postgres().is_none() {
        return Ok(());
    }
    println!("crash test: {} {}, --sync {}, --seed {seed}", options.kills, kind(&options), options.sync);
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

fn kind(options: &Options) -> &'static str {
    match options {
        Options { power_cuts: true, .. } => "power cuts",
        Options { restores: true, .. } => "restores",
        Options { moves: true, .. } => "files moved or deleted",
        Options { freezes: true, .. } => "ends of the server, with commits that freeze",
        _ => "ends of the server",
    }
}

async fn run_in(options: &Options, folder: &Path, seed: u64, power: Power) -> Result<(), Violation> {
    let network = options.freezes.then(Network::start);
    let file = power.folder().unwrap_or(folder).join("chorus.db");
    let behind = network.as_ref().map(Network::url).or_else(|| options.database.clone());
    let program = Program {
        path: options.program.clone(),
        database: behind.unwrap_or_else(|| format!("sqlite://{}", file.display())),
        timeout_ms: options.freezes.then_some(1_000),
        sync: options.sync.clone(),
        address: free_address(),
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
        Options { restores: true, .. } => restores::run(run, server, &file, options.kills).await,
        Options { moves: true, .. } => moves::run(run, server, &file, options.kills).await,
        _ => run.kills(server, options.kills).await,
    }
}

fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64)
}

impl Run {
    async fn start(
        options: &Options,
        program: Program,
        power: Power,
        network: Option<Network>,
        mut random: Random,
    ) -> Result<Self, Violation> {
        let shared = Arc::new(Shared::new(vec![program.address], options));
        let clients = Clients::start(Arc::clone(&shared), options, &mut random).await?;
        let stops = StopCounts::default();
        Ok(Self { program, random, shared, clients, power, network, stops, started: Instant::now() })
    }

    async fn kills(mut self, mut server: ServerProcess, kills: u32) -> Result<(), Violation> {
        for n in 0..kills {
            self.open_topics(n, kills);
            if n == kills / 2 {
                server.wait_until_ready().await?;
                sleep(LONG_LIFETIME).await;
            }
            server = self.restart(server).await?;
            self.clients.check()?;
        }
        self.finish(server).await
    }

    /// Opens the topics that are due at step `n` of `steps`, so that all are open in the last third.
    pub(crate) fn open_topics(&mut self, n: u32, steps: u32) {
        let due = 1 + n as usize * self.shared.topics.len() / steps.max(1) as usize;
        self.clients.open_topics(due);
    }

    /// Ends the server at a random moment and starts it again.
    pub(crate) async fn restart(&mut self, mut server: ServerProcess) -> Result<ServerProcess, Violation> {
        if self.random.one_in(4) {
            // The server may still be opening its database.
            sleep(self.random.millis(0..=80)).await;
            self.stops.early += 1;
        } else {
            server.wait_until_ready().await?;
            sleep(self.random.millis(20..=450)).await;
            if let Some(network) = &mut self.network {
                network.freeze_a_commit(&mut self.random).await;
            }
        }
        self.end(server).await?;
        Ok(self.program.start())
    }

    /// Ends the server with SIGKILL, with SIGTERM, or with SIGKILL during the shutdown.
    pub(crate) async fn end(&mut self, server: ServerProcess) -> Result<(), Violation> {
        if !self.random.one_in(5) {
            return self.kill(server);
        }
        if self.random.one_in(2) {
            return self.terminate(server).await;
        }
        self.stops.terminated += 1;
        let began = Instant::now();
        self.shared.server.begins_shutdown();
        server.terminate();
        sleep(self.random.millis(0..=20)).await;
        server.kill_if_running();
        self.ended(Some(began))
    }

    /// Ends the server with SIGKILL.
    pub(crate) fn kill(&mut self, server: ServerProcess) -> Result<(), Violation> {
        self.stops.killed += 1;
        let began = Instant::now();
        server.kill()?;
        self.ended(Some(began))
    }

    /// Ends the server with SIGTERM and waits until it has shut down.
    pub(crate) async fn terminate(&mut self, server: ServerProcess) -> Result<(), Violation> {
        self.shut_down(server).await?;
        self.ended(None)
    }

    /// Ends a server that can store nothing since `lost_from`.
    pub(crate) async fn end_refusing(
        &mut self,
        server: ServerProcess,
        lost_from: Instant,
    ) -> Result<(), Violation> {
        if self.random.one_in(2) {
            self.stops.killed += 1;
            server.kill()?;
        } else {
            self.shut_down(server).await?;
        }
        self.ended(Some(lost_from))
    }

    async fn shut_down(&mut self, server: ServerProcess) -> Result<(), Violation> {
        self.stops.terminated += 1;
        self.shared.server.begins_shutdown();
        server.terminate();
        server.wait_for_exit().await
    }

    fn ended(&mut self, lost_from: Option<Instant>) -> Result<(), Violation> {
        self.power.cut()?;
        self.shared.server.ended(lost_from);
        Ok(())
    }

    /// Waits until everything is answered and received, verifies, prints, and shuts the server down.
    pub(crate) async fn finish(mut self, mut server: ServerProcess) -> Result<(), Violation> {
        server.wait_until_ready().await?;
        let mut clients = self.clients.finish(&self.program).await?;
        let summary = verify::verify(&self.program, &self.shared, &mut clients).await?;
        report::print(&self, &summary);
        server.terminate();
        server.wait_for_exit().await
    }
}
