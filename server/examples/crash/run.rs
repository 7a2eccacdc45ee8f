//! The killing.

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
    book::Book,
    client::{Client, Phase},
    line,
    network::Network,
    options::Options,
    pages,
    power::Power,
    prefix,
    program::{Program, Running, free_address},
    random::Random,
    tally::Tally,
    verify,
    view::View,
};

/// How long what was begun may take to end once nobody kills any more.
const SETTLED: Duration = Duration::from_secs(30);

/// How the server was ended.
#[derive(Default)]
struct Ends {
    killed: u32,
    /// Of these, before it had said that it is ready.
    early: u32,
    terminated: u32,
}

struct Run {
    program: Program,
    power: Power,
    network: Option<Network>,
    topic: TopicName,
    random: Random,
    tally: Arc<Tally>,
    phase: watch::Sender<Phase>,
    clients: JoinSet<Result<Client, Violation>>,
    ends: Ends,
}

/// Runs all of it, and prints what was counted.
pub(crate) async fn run(options: Options) -> Result<(), Violation> {
    let folder = TempDir::new().expect("a temporary folder");
    let seed = options.seed.unwrap_or_else(|| Random::new(u64::from(std::process::id())).next() ^ now());
    let kind = if options.power_cuts { "power cuts" } else { "ends of the server" };
    println!("crash test: {} {kind}, --sync {}, --seed {seed}", options.kills, options.sync);
    let Some(power) = Power::new(&options, seed) else { return Ok(()) };
    let run = Run::new(&options, &folder, seed, power);
    let done = match options.sync.as_str() {
        "normal" => prefix::run(run.program, run.power, run.random, options.kills).await,
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
            tally: Arc::default(),
            phase: watch::Sender::new(Phase::Load),
            clients: JoinSet::new(),
            ends: Ends::default(),
        }
    }

    async fn all(mut self, options: &Options) -> Result<(), Violation> {
        let begun = Instant::now();
        let mut server = self.program.start();
        server.is_ready().await?;
        self.enter(options).await?;
        for _ in 0..options.kills {
            server = self.end_and_start(server).await?;
            self.look().await?;
        }
        server.is_ready().await?;
        let clients = self.settle().await?;
        let counted = verify::verify(&self.program, &self.topic, &clients).await?;
        self.print(&counted, begun.elapsed());
        server.terminate();
        server.ends().await
    }

    /// Everyone gets a session, then begins.
    async fn enter(&mut self, options: &Options) -> Result<(), Violation> {
        for n in 0..options.authors + options.readers {
            let cookie = line::session(self.program.address).await.ok_or("no session to be had")?;
            let client = Client {
                address: self.program.address,
                cookie,
                topic: self.topic.clone(),
                writes: n < options.authors,
                random: self.random.split(),
                phase: self.phase.subscribe(),
                tally: Arc::clone(&self.tally),
                view: View::default(),
                book: Book::default(),
                others: Vec::new(),
                connection: 0,
                settled: false,
                freezes: options.freezes,
                leaves: false,
            };
            self.clients.spawn(client.run());
        }
        Ok(())
    }

    /// Ends the server in one of the ways in which servers end, at a random moment.
    async fn end_and_start(&mut self, mut server: Running) -> Result<Running, Violation> {
        if self.random.one_in(4) {
            // However far it has come: opening the database, or just listening.
            sleep(self.random.millis(0..=80)).await;
            self.ends.early += 1;
        } else {
            server.is_ready().await?;
            sleep(self.random.millis(20..=450)).await;
            if let Some(network) = &mut self.network {
                network.freezes(&mut self.random).await;
            }
        }
        if self.random.one_in(5) {
            self.ends.terminated += 1;
            server.terminate();
            if self.random.one_in(2) {
                server.ends().await?;
            } else {
                sleep(self.random.millis(0..=20)).await;
                server.kill_while_going();
            }
        } else {
            self.ends.killed += 1;
            server.kill()?;
        }
        self.power.cut()?;
        Ok(self.program.start())
    }

    /// A client that ends while there is load has seen what must not be.
    async fn look(&mut self) -> Result<(), Violation> {
        match self.clients.try_join_next() {
            Some(ended) => Err(violation(ended)),
            None => Ok(()),
        }
    }

    /// Lets authors finish and everyone hear the end of the log.
    async fn settle(&mut self) -> Result<Vec<Client>, Violation> {
        self.phase.send_replace(Phase::Settle);
        let begun = Instant::now();
        while (self.tally.settled.get() as usize) < self.clients.len() {
            self.look().await?;
            if begun.elapsed() > SETTLED {
                return Err(format!("not every draft was answered within {SETTLED:?}"));
            }
            sleep(Duration::from_millis(5)).await;
        }
        let head = pages::head(&self.program, &self.topic).await?;
        self.phase.send_replace(Phase::Until(head));
        let mut clients = Vec::new();
        let all = async {
            while let Some(ended) = self.clients.join_next().await {
                clients.push(ended.map_err(|error| error.to_string())??);
            }
            Ok(())
        };
        match timeout(SETTLED, all).await {
            Ok(done) => done.map(|()| clients),
            Err(_) => Err(format!("not everyone had heard {head} events within {SETTLED:?}")),
        }
    }

    fn print(&self, counted: &verify::Counted, took: Duration) {
        let (Ends { killed, early, terminated }, tally) = (&self.ends, &self.tally);
        println!(
            "ended:        {killed} by SIGKILL, {terminated} by SIGTERM; {early} of them while starting"
        );
        println!(
            "connections:  {}, {} resumed, {} began anew",
            tally.connections.get(),
            tally.resumed.get(),
            tally.forgotten.get()
        );
        println!(
            "acks:         {} first, {} duplicate; {} refused",
            tally.acked.get(),
            tally.duplicates.get(),
            tally.refused.get()
        );
        if let Some(network) = &self.network {
            println!(
                "frozen:       {} commits; unavailable was said {} times",
                network.frozen,
                tally.unavailable.get()
            );
        }
        println!("drafts:       {} stored, {} refused for good, none open", counted.stored, counted.refused);
        println!(
            "log:          {} events, {} messages; heard {} times",
            counted.events,
            counted.messages,
            tally.heard.get()
        );
        println!("views:        {} live, {} pages of the past, all equal", counted.views, counted.pages);
        self.power.print();
        println!("took:         {took:.1?}; drain was said {} times", tally.drains.get());
    }
}

fn violation(ended: Result<Result<Client, Violation>, tokio::task::JoinError>) -> Violation {
    match ended {
        Ok(Ok(_)) => "a client ended under load".to_owned(),
        Ok(Err(violation)) => violation,
        Err(error) => error.to_string(),
    }
}
