//! The run: starts clients, ends and restarts the server at random moments, then verifies the log.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use app::protocol::TopicName;
use tempfile::TempDir;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Violation,
    client::{Client, Phase},
    client_view::ClientView,
    connection,
    counters::Counters,
    log_reader, lossy_run,
    network::Network,
    operation_log::OperationLog,
    options::Options,
    power::Power,
    random::Random,
    server_process::{Program, ServerProcess, free_address},
    verify,
};

/// After the last restart, open drafts are answered and all events are received within this time.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How often the server was ended in each way.
#[derive(Default)]
struct StopCounts {
    killed: u32,
    /// Of all, before the server had printed that it is ready.
    early: u32,
    terminated: u32,
}

struct Run {
    program: Program,
    power: Power,
    network: Option<Network>,
    topic: TopicName,
    random: Random,
    counters: Arc<Counters>,
    phase: watch::Sender<Phase>,
    clients: JoinSet<Result<Client, Violation>>,
    stops: StopCounts,
}

/// Runs the crash test and prints a summary.
pub(crate) async fn run(options: Options) -> Result<(), Violation> {
    let folder = TempDir::new().expect("a temporary folder");
    let seed = options.seed.unwrap_or_else(|| Random::new(u64::from(std::process::id())).next() ^ now());
    let kind = if options.power_cuts { "power cuts" } else { "ends of the server" };
    println!("crash test: {} {kind}, --sync {}, --seed {seed}", options.kills, options.sync);
    let Some(power) = Power::new(&options, seed) else { return Ok(()) };
    let run = Run::new(&options, &folder, seed, power);
    let done = match options.sync.as_str() {
        "normal" => lossy_run::run(run.program, run.power, run.random, options.kills).await,
        _ => run.all(&options).await,
    };
    let logged = std::fs::read_to_string(folder.path().join("chorus.log")).unwrap_or_default();
    let faults: Vec<&str> = logged.lines().filter(|line| line.contains("panicked")).collect();
    let done = done.and_then(|()| match faults.first() {
        Some(fault) => Err(format!("the server panicked: {fault}")),
        None => Ok(()),
    });
    if done.is_err() {
        println!("the server's log and database are kept in {}", folder.keep().display());
    }
    done
}

fn now() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64)
}

impl Run {
    fn new(options: &Options, folder: &TempDir, seed: u64, power: Power) -> Self {
        let file = || format!("sqlite://{}/chorus.db", power.folder().unwrap_or(folder.path()).display());
        let network = options.freezes.then(Network::start);
        let behind = network.as_ref().map(Network::url);
        let program = Program {
            path: options.program.clone(),
            database: behind.or_else(|| options.database.clone()).unwrap_or_else(file),
            freezes: options.freezes,
            sync: options.sync.clone(),
            address: free_address(),
            log: folder.path().join("chorus.log"),
        };
        Self {
            program,
            power,
            network,
            topic: format!("crash-{}", Random::fresh_word()).parse().expect("a topic"),
            random: Random::new(seed),
            counters: Arc::default(),
            phase: watch::Sender::new(Phase::Load),
            clients: JoinSet::new(),
            stops: StopCounts::default(),
        }
    }

    async fn all(mut self, options: &Options) -> Result<(), Violation> {
        let started = Instant::now();
        let mut server = self.program.start();
        server.wait_until_ready().await?;
        self.start_clients(options).await?;
        for _ in 0..options.kills {
            server = self.restart(server).await?;
            self.check_clients().await?;
        }
        server.wait_until_ready().await?;
        let clients = self.settle().await?;
        let summary = verify::verify(&self.program, &self.topic, &clients).await?;
        self.print(&summary, started.elapsed());
        server.terminate();
        server.wait_for_exit().await
    }

    /// Opens a session for each client and starts it.
    async fn start_clients(&mut self, options: &Options) -> Result<(), Violation> {
        for n in 0..options.authors + options.readers {
            let cookie =
                connection::open_session(self.program.address).await.ok_or("no session for a client")?;
            let client = Client {
                address: self.program.address,
                cookie,
                topic: self.topic.clone(),
                writes: n < options.authors,
                random: self.random.split(),
                phase: self.phase.subscribe(),
                counters: Arc::clone(&self.counters),
                view: ClientView::default(),
                operations: OperationLog::default(),
                conflicts: Vec::new(),
                connection: 0,
                is_settled: false,
                freezes: options.freezes,
                should_reconnect: false,
            };
            self.clients.spawn(client.run());
        }
        Ok(())
    }

    /// Ends the server at a random moment (SIGKILL, SIGTERM, or SIGKILL during the shutdown) and starts it again.
    async fn restart(&mut self, mut server: ServerProcess) -> Result<ServerProcess, Violation> {
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
        if self.random.one_in(5) {
            self.stops.terminated += 1;
            server.terminate();
            if self.random.one_in(2) {
                server.wait_for_exit().await?;
            } else {
                sleep(self.random.millis(0..=20)).await;
                server.kill_if_running();
            }
        } else {
            self.stops.killed += 1;
            server.kill()?;
        }
        self.power.cut()?;
        Ok(self.program.start())
    }

    /// Fails if a client has ended: under load, clients end only because of a violation.
    async fn check_clients(&mut self) -> Result<(), Violation> {
        match self.clients.try_join_next() {
            Some(ended) => Err(violation(ended)),
            None => Ok(()),
        }
    }

    /// Waits until all drafts are answered and all clients have received the whole log.
    async fn settle(&mut self) -> Result<Vec<Client>, Violation> {
        self.phase.send_replace(Phase::Settle);
        let started = Instant::now();
        while (self.counters.settled.get() as usize) < self.clients.len() {
            self.check_clients().await?;
            if started.elapsed() > SETTLE_TIMEOUT {
                return Err(format!("not every draft was answered within {SETTLE_TIMEOUT:?}"));
            }
            sleep(Duration::from_millis(5)).await;
        }
        let head = log_reader::head(&self.program, &self.topic).await?;
        self.phase.send_replace(Phase::Until(head));
        let mut clients = Vec::new();
        let all = async {
            while let Some(ended) = self.clients.join_next().await {
                clients.push(ended.map_err(|error| error.to_string())??);
            }
            Ok(())
        };
        match timeout(SETTLE_TIMEOUT, all).await {
            Ok(done) => done.map(|()| clients),
            Err(_) => Err(format!("not every client had received {head} events within {SETTLE_TIMEOUT:?}")),
        }
    }

    fn print(&self, summary: &verify::Summary, took: Duration) {
        let (StopCounts { killed, early, terminated }, counters) = (&self.stops, &self.counters);
        println!(
            "ended:        {killed} by SIGKILL, {terminated} by SIGTERM; {early} of them while starting"
        );
        println!(
            "connections:  {}, {} resumed, {} subscribed anew",
            counters.connections.get(),
            counters.resumed.get(),
            counters.forgotten.get()
        );
        println!(
            "acks:         {} first, {} duplicate; {} refused",
            counters.acked.get(),
            counters.duplicates.get(),
            counters.refused.get()
        );
        if let Some(network) = &self.network {
            println!(
                "frozen:       {} commits; `unavailable` was answered {} times",
                network.frozen,
                counters.unavailable.get()
            );
        }
        println!("drafts:       {} stored, {} refused for good, none open", summary.stored, summary.refused);
        println!(
            "log:          {} events, {} messages; received {} times",
            summary.events,
            summary.messages,
            counters.received.get()
        );
        println!("views:        {} live, {} history pages, all equal", summary.views, summary.pages);
        self.power.print();
        println!("took:         {took:.1?}; `drain` was received {} times", counters.drains.get());
    }
}

fn violation(ended: Result<Result<Client, Violation>, tokio::task::JoinError>) -> Violation {
    match ended {
        Ok(Ok(_)) => "a client ended under load without a violation".to_owned(),
        Ok(Err(violation)) => violation,
        Err(error) => error.to_string(),
    }
}
