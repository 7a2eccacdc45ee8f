use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use clap::Parser;
use server::{
    Server,
    config::{Cli, Command, Settings},
    database::Database,
    restore::remove_topic,
    run,
};
use testing::TestDatabase;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::{Browser, HandshakeClient, Member, PlainClient, Subscription, soon};

/// A server with its own database. It stops on drop.
pub struct TestServer {
    pub address: SocketAddr,
    reads: Arc<AtomicU64>,
    settings: String,
    database: TestDatabase,
    end: oneshot::Sender<()>,
    running: JoinHandle<bool>,
}

/// A stopped server's database and settings.
pub struct StoppedServer {
    /// Whether the shutdown finished in time.
    pub in_time: bool,
    settings: String,
    database: TestDatabase,
}

/// Starts a server with these command-line options. By default presence and heads are sent once and not updated, and rate limits
/// are off, so that a test receives only the frames that it is about.
pub async fn start(settings: &str) -> TestServer {
    start_in(testing::from_environment(), settings).await
}

/// Starts a server on a database that the test has prepared.
pub async fn start_in(database: TestDatabase, settings: &str) -> TestServer {
    // A server that listens on loopback only rejects other host names.
    let is_open = settings.contains("--listen 0.0.0.0:");
    let listener = TcpListener::bind(if is_open { "0.0.0.0:0" } else { "127.0.0.1:0" }).await.unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], listener.local_addr().unwrap().port()));
    let server = Server::open(parse(&database, settings)).await.unwrap();
    let reads = server.log().read_counter();
    let (end, asked) = oneshot::channel::<()>();
    let asked = async {
        let _ = asked.await;
    };
    let running = tokio::spawn(run(server, listener, asked));
    TestServer { address, reads, settings: settings.to_owned(), database, end, running }
}

fn parse(database: &TestDatabase, settings: &str) -> Settings {
    let mut line = format!("chorus --database {} {settings}", database.url());
    for default in [
        "--presence-ms 3600000",
        "--presence-grace-ms 0",
        "--heads-ms 3600000",
        "--frames-per-second 0",
        "--pages-per-second 0",
        "--address-messages-per-second 0",
        "--address-bytes-per-second 0",
        "--max-address-sockets 0",
        "--topics-per-hour 0",
        "--min-free-disk 0",
        "--searches-per-second 0",
    ] {
        let name = default.split(' ').next().unwrap();
        if !settings.contains(name) {
            line = format!("{line} {default}");
        }
    }
    match Cli::try_parse_from(line.split_whitespace()).unwrap().into_command() {
        Command::Serve(settings) => settings,
        _ => panic!("{line:?} is no serve command"),
    }
}

impl TestServer {
    /// The number of log pages that the server has read from its database.
    pub fn page_reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Prepares a handshake with the chat endpoint.
    pub fn handshake(&self) -> HandshakeClient {
        self.handshake_at("/chat")
    }

    /// Prepares a handshake with this path.
    pub fn handshake_at(&self, path: &str) -> HandshakeClient {
        HandshakeClient::new(self.address, path)
    }

    /// Connects a member without a subscription.
    pub async fn connects(&self, name: &str) -> Member {
        Member::hello(self.handshake().with_v1().connects().await, name).await
    }

    /// Connects a member and subscribes to a topic.
    pub async fn joins(&self, name: &str, topic: &str) -> Member {
        self.joins_with_subscription(name, topic).await.0
    }

    /// Connects a member and subscribes to a topic. Returns the subscription too.
    pub async fn joins_with_subscription(&self, name: &str, topic: &str) -> (Member, Subscription) {
        let mut member = self.connects(name).await;
        let subscription = member.subscribes(topic).await;
        (member, subscription)
    }

    /// Connects a client of the plain dialect. `query` is `?topic=…` or empty.
    pub async fn connects_plain(&self, query: &str) -> PlainClient {
        PlainClient::new(self.handshake_at(&format!("/chat{query}")).connects().await)
    }

    /// Opens a page in a new browser, which creates a session, and connects a member with it, without a subscription.
    pub async fn connects_with_browser(&self, name: &str) -> (Browser, Member) {
        let browser = self.browser();
        browser.gets("/t/lobby").await;
        let member = browser.connects(Some(name)).await;
        (browser, member)
    }

    /// Returns a browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.address)
    }

    /// Shuts the server down.
    pub async fn stops(self) -> StoppedServer {
        let Self { settings, database, end, running, .. } = self;
        let _ = end.send(());
        let in_time = soon("the end", running).await.unwrap();
        StoppedServer { in_time, settings, database }
    }
}

impl StoppedServer {
    /// The folder of the database and its companion files.
    pub fn folder(&self) -> &Path {
        self.database.folder()
    }

    /// Removes a topic as the operator does.
    pub async fn removes(&self, topic: &str) {
        let database = Database::open(self.database.url()).await.unwrap();
        assert!(remove_topic(&database, &topic.parse().unwrap()).await.unwrap());
        database.close().await;
    }

    /// Copies the SQLite file.
    pub fn backs_up(&self) -> PathBuf {
        self.copies_database_as("backup.db")
    }

    /// Copies the SQLite file under this name.
    pub fn copies_database_as(&self, name: &str) -> PathBuf {
        let backup = self.folder().join(name);
        std::fs::copy(self.file(), &backup).unwrap();
        backup
    }

    /// Replaces the SQLite file by a copy and removes its WAL, as an operator restores a backup.
    pub fn restores(&self, backup: &Path) {
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.sibling(suffix));
        }
        std::fs::copy(backup, self.file()).unwrap();
    }

    /// The path of the companion file with this suffix.
    pub fn sibling(&self, suffix: &str) -> PathBuf {
        let mut beside = self.file().into_os_string();
        beside.push(suffix);
        beside.into()
    }

    fn file(&self) -> PathBuf {
        self.database.file().expect("the database is a file")
    }

    /// Starts a server on the same database with other options.
    pub async fn restarts_with(self, settings: &str) -> TestServer {
        start_in(self.database, settings).await
    }

    /// Starts a server on the same database with the same options.
    pub async fn restarts(self) -> TestServer {
        start_in(self.database, &self.settings).await
    }
}
