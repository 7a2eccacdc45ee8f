use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use app::protocol::SUBPROTOCOL;
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

/// A server with a database of its own. It ends when it is dropped.
pub struct TestServer {
    pub address: SocketAddr,
    reads: Arc<AtomicU64>,
    settings: String,
    place: TestDatabase,
    end: oneshot::Sender<()>,
    running: JoinHandle<bool>,
}

/// A server that has ended, and its database.
pub struct StoppedServer {
    /// Whether everything was done in time.
    pub in_time: bool,
    settings: String,
    place: TestDatabase,
}

/// A server with these settings, as on the command line. Unless they say otherwise presence is told once and never
/// again, and frames come as fast as they like, so that a test hears what it is about.
pub async fn start(settings: &str) -> TestServer {
    start_in(testing::from_environment(), settings).await
}

/// A server in a database that the test has prepared.
pub async fn start_in(place: TestDatabase, settings: &str) -> TestServer {
    // On loopback alone, a server is known by no other name.
    let is_open = settings.contains("--listen 0.0.0.0:");
    let listener = TcpListener::bind(if is_open { "0.0.0.0:0" } else { "127.0.0.1:0" }).await.unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], listener.local_addr().unwrap().port()));
    let server = Server::open(parse(&place, settings)).await.unwrap();
    let reads = server.log().read_counter();
    let (end, asked) = oneshot::channel::<()>();
    let asked = async {
        let _ = asked.await;
    };
    let running = tokio::spawn(run(server, listener, asked));
    TestServer { address, reads, settings: settings.to_owned(), place, end, running }
}

fn parse(place: &TestDatabase, settings: &str) -> Settings {
    let mut line = format!("chorus --database {} {settings}", place.url());
    for quiet in [
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
        let name = quiet.split(' ').next().unwrap();
        if !settings.contains(name) {
            line = format!("{line} {quiet}");
        }
    }
    match Cli::try_parse_from(line.split_whitespace()).unwrap().into_command() {
        Command::Serve(settings) => settings,
        _ => panic!("{line:?} does not serve"),
    }
}

impl TestServer {
    /// How many pages of the log the server has read from its database.
    pub fn page_reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Somebody asks for a connection to the chat.
    pub fn handshake(&self) -> HandshakeClient {
        self.handshake_at("/chat")
    }

    /// Somebody asks for a connection.
    pub fn handshake_at(&self, path: &str) -> HandshakeClient {
        HandshakeClient::new(self.address, path)
    }

    /// Somebody connects and says hello, and hears no topic yet.
    pub async fn connects(&self, name: &str) -> Member {
        Member::hello(self.handshake().with("sec-websocket-protocol", SUBPROTOCOL).connects().await, name)
            .await
    }

    /// Somebody connects and hears a topic.
    pub async fn joins(&self, name: &str, topic: &str) -> Member {
        self.joins_with_subscription(name, topic).await.0
    }

    /// Somebody connects and hears a topic; with what they see first.
    pub async fn joins_with_subscription(&self, name: &str, topic: &str) -> (Member, Subscription) {
        let mut member = self.connects(name).await;
        let subscription = member.subscribes(topic).await;
        (member, subscription)
    }

    /// A script connects in the plain dialect. `query`: `?topic=…`, or nothing.
    pub async fn connects_plain(&self, query: &str) -> PlainClient {
        PlainClient::new(self.handshake_at(&format!("/chat{query}")).connects().await)
    }

    /// Somebody with a browser, and so with a session, connects under a name and hears no topic yet.
    pub async fn connects_with_browser(&self, name: &str) -> (Browser, Member) {
        let browser = self.browser();
        browser.gets("/t/lobby").await;
        let member = browser.connects(Some(name)).await;
        (browser, member)
    }

    /// Somebody with a browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(self.address)
    }

    /// The server is told to go, and goes.
    pub async fn stops(self) -> StoppedServer {
        let Self { settings, place, end, running, .. } = self;
        let _ = end.send(());
        let in_time = soon("the end", running).await.unwrap();
        StoppedServer { in_time, settings, place }
    }
}

impl StoppedServer {
    /// The folder that holds the database and whatever lies beside it.
    pub fn folder(&self) -> &Path {
        self.place.folder()
    }

    /// Whoever runs the server removes a topic.
    pub async fn removes(&self, topic: &str) {
        let database = Database::open(self.place.url()).await.unwrap();
        assert!(remove_topic(&database, &topic.parse().unwrap()).await.unwrap());
        database.close().await;
    }

    /// A copy of the database, which is a SQLite file.
    pub fn backs_up(&self) -> PathBuf {
        self.copies_database_as("backup.db")
    }

    /// A copy of the database under this name.
    pub fn copies_database_as(&self, name: &str) -> PathBuf {
        let backup = self.folder().join(name);
        std::fs::copy(self.file(), &backup).unwrap();
        backup
    }

    /// The database is that copy again, as on the machine that it was taken from.
    pub fn restores(&self, backup: &Path) {
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.sibling(suffix));
        }
        std::fs::copy(backup, self.file()).unwrap();
    }

    /// What lies beside the database under its name and a suffix.
    pub fn sibling(&self, suffix: &str) -> PathBuf {
        let mut beside = self.file().into_os_string();
        beside.push(suffix);
        beside.into()
    }

    fn file(&self) -> PathBuf {
        self.place.file().expect("the database is a file")
    }

    /// A new process on the same database with other settings.
    pub async fn restarts_with(self, settings: &str) -> TestServer {
        start_in(self.place, settings).await
    }

    /// A new process on the same database.
    pub async fn restarts(self) -> TestServer {
        start_in(self.place, &self.settings).await
    }
}
