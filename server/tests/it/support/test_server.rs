use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use axum::http::{HeaderMap, header::COOKIE};
use clap::Parser;
use sea_orm::ConnectionTrait;
use server::{
    Server,
    accept::listen,
    config::{Cli, Command, Settings},
    database::Database,
    restore::remove_topic,
    run,
    session::Sessions,
};
use testing::TestDatabase;
use tokio::{sync::oneshot, task::JoinHandle};

use super::{Browser, HandshakeClient, Member, PlainClient, Subscription, soon};

/// A server with its own database. It stops on drop.
pub struct TestServer {
    pub address: SocketAddr,
    reads: Arc<AtomicU64>,
    sessions: Sessions,
    settings: String,
    database: TestDatabase,
    end: oneshot::Sender<()>,
    running: JoinHandle<bool>,
    /// A second server on the same database, which takes every other browser and connection.
    other: Option<Box<TestServer>>,
    turns: AtomicUsize,
}

/// A stopped server's database and settings.
pub struct StoppedServer {
    /// Whether the shutdown finished in time.
    pub in_time: bool,
    settings: String,
    database: TestDatabase,
    nodes: Nodes,
}

/// The number of servers on one database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nodes {
    One,
    Two,
}

impl Nodes {
    /// Two with `CHORUS_TEST_NODES=2`, except on a SQLite file, which has one server.
    fn from_environment(database: &TestDatabase) -> Self {
        match std::env::var("CHORUS_TEST_NODES").as_deref() {
            Ok("2") if database.file().is_none() => Self::Two,
            Err(_) | Ok("1" | "2") => Self::One,
            Ok(other) => panic!("CHORUS_TEST_NODES={other}: 1 or 2"),
        }
    }
}

/// Starts a server with these command-line options. By default presence and heads are sent once and not updated, and rate limits
/// are off, so that a test receives only the frames that it is about. With `CHORUS_TEST_NODES=2` it is two servers on one
/// database.
pub async fn start(settings: &str) -> TestServer {
    let database = testing::from_environment();
    let nodes = Nodes::from_environment(&database);
    start_nodes_in(database, settings, nodes).await
}

async fn start_nodes_in(database: TestDatabase, settings: &str, nodes: Nodes) -> TestServer {
    let other = match nodes {
        Nodes::One => None,
        Nodes::Two => Some(Box::new(start_in(database.shared(), settings).await)),
    };
    TestServer { other, ..start_in(database, settings).await }
}

/// Starts one server, also with `CHORUS_TEST_NODES=2`: for tests of what each server does for itself, as rate limits, caches, and
/// addresses that it derives from its own.
pub async fn start_one(settings: &str) -> TestServer {
    start_in(testing::from_environment(), settings).await
}

/// Starts a server on a database that the test has prepared.
pub async fn start_in(database: TestDatabase, settings: &str) -> TestServer {
    prints_log();
    // A server that listens on loopback only rejects other host names.
    let is_open = settings.contains("--listen 0.0.0.0:");
    // With the executable's queue: the standard library's holds 128 connections, and the kernel resets some of those beyond.
    let host = if is_open { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let listener = listen((host, 0).into()).unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], listener.local_addr().unwrap().port()));
    let server = Server::open(parse(&database, settings)).await.unwrap();
    let reads = server.log().read_counter();
    let sessions = server.sessions().clone();
    let (end, asked) = oneshot::channel::<()>();
    let asked = async {
        let _ = asked.await;
    };
    let running = tokio::spawn(run(server, listener, asked));
    TestServer {
        address,
        reads,
        sessions,
        settings: settings.to_owned(),
        database,
        end,
        running,
        other: None,
        turns: AtomicUsize::new(0),
    }
}

/// Prints what the servers log, with the output of the test, if `CHORUS_TEST_LOG` has a filter, for instance `warn`.
fn prints_log() {
    let Ok(filter) = std::env::var("CHORUS_TEST_LOG") else { return };
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
}

fn parse(database: &TestDatabase, settings: &str) -> Settings {
    let mut line = format!("chorus --database {} {settings}", database.url());
    if let Some(url) = database.direct_url() {
        line = format!("{line} --database-direct-url {url}");
    }
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
        let other = self.other.as_ref().map_or(0, |other| other.page_reads());
        self.reads.load(Ordering::Relaxed) + other
    }

    /// Runs SQL on the server's database, on a connection of its own.
    pub async fn executes(&self, sql: &str) {
        let connection = sea_orm::Database::connect(self.database.unpooled_url()).await.unwrap();
        connection.execute_unprepared(sql).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Prepares a handshake with the chat endpoint.
    pub fn handshake(&self) -> HandshakeClient {
        self.handshake_at("/chat")
    }

    /// Prepares a handshake with this path.
    pub fn handshake_at(&self, path: &str) -> HandshakeClient {
        HandshakeClient::new(self.next_address(), path)
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
        Browser::new(self.next_address())
    }

    /// Ends the session of this `Cookie` header, as the button for it will.
    pub async fn ends_session(&self, cookie: &str) {
        let headers = HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())]);
        let session = self.sessions.find(&headers).await.unwrap().expect("a session");
        self.sessions.end(&session).await.unwrap();
    }

    /// Returns a code that makes a person an owner.
    pub async fn owner_code(&self) -> String {
        self.sessions.owner_code().await.unwrap()
    }

    /// Shuts the server down.
    pub async fn stops(self) -> StoppedServer {
        let Self { settings, database, end, running, other, .. } = self;
        let nodes = if other.is_some() { Nodes::Two } else { Nodes::One };
        let other = other.map(|other| {
            let _ = other.end.send(());
            other.running
        });
        let _ = end.send(());
        let mut in_time = soon("the end", running).await.unwrap();
        if let Some(other) = other {
            in_time &= soon("the end of the other", other).await.unwrap();
        }
        StoppedServer { in_time, settings, database, nodes }
    }

    /// The address of the server whose turn it is.
    fn next_address(&self) -> SocketAddr {
        match &self.other {
            Some(other) if self.turns.fetch_add(1, Ordering::Relaxed) % 2 == 1 => other.address,
            _ => self.address,
        }
    }
}

impl StoppedServer {
    /// The folder of the database and its companion files.
    pub fn folder(&self) -> &Path {
        self.database.folder()
    }

    /// Removes a topic as the operator does.
    pub async fn removes(&self, topic: &str) {
        let database = Database::open(self.database.unpooled_url()).await.unwrap();
        assert!(remove_topic(&database, &topic.parse().unwrap()).await.unwrap());
        database.close().await;
    }

    /// Executes a statement in the database.
    pub async fn executes(&self, sql: &str) {
        let database = sea_orm::Database::connect(self.database.unpooled_url()).await.unwrap();
        database.execute_unprepared(sql).await.unwrap();
        database.close().await.unwrap();
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
        start_nodes_in(self.database, settings, self.nodes).await
    }

    /// Starts a server on the same database with the same options.
    pub async fn restarts(self) -> TestServer {
        start_nodes_in(self.database, &self.settings, self.nodes).await
    }
}
