//! A TCP proxy in front of a server: PostgreSQL, NATS or a node. Each direction can be stalled, delayed or made to lose its bytes
//! without telling either side, as a firewall does that has dropped a connection from its state table.

mod forwarding;
mod hints;
mod stream;

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};

use crate::TestDatabase;
use forwarding::State;
use stream::Target;

/// The moment at which a connection stalls, relative to its next commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// PostgreSQL does not receive the commit before the proxy is thawed.
    BeforeCommit,
    /// PostgreSQL commits, and its answer is not delivered before the proxy is thawed.
    AfterCommit,
}

/// One direction of all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ToServer,
    ToClient,
}

/// How bytes travel in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    #[default]
    Open,
    /// Bytes, and the ends of connections, are held back until the flow changes.
    Stalled,
    /// Bytes are lost. Connections that lost some are closed when the flow changes, since TCP delivers all or nothing.
    Swallowed,
    /// Bytes that arrive together come this much later.
    Delayed(Duration),
}

/// How notifications of PostgreSQL (`NOTIFY`) or NATS (`MSG`) reach clients, beside whatever else the connection carries. The
/// heartbeats of nodes arrive, so that no node knows that it lacks hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hints {
    #[default]
    Delivered,
    /// All are lost.
    Lost,
    /// Every other one is lost.
    Dropped,
    Doubled,
    /// Every other one is held back and comes after the next.
    Reordered,
}

/// The protocol that the connections speak, which tells where a notification begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Postgres,
    Nats,
    Other,
}

/// A proxy. It closes its connections when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    /// Empty in front of other servers than PostgreSQL.
    database: String,
    state: Arc<State>,
}

impl Proxy {
    /// Starts a proxy in front of a database of [`crate::Postgres`].
    ///
    /// # Panics
    /// If the database is not PostgreSQL, or no port is free.
    pub fn start(database: &TestDatabase) -> Self {
        Self::start_on(database, free_port())
    }

    /// Like [`Proxy::start`], with a listener of the caller's.
    ///
    /// # Panics
    /// If the database is not PostgreSQL.
    pub fn start_on(database: &TestDatabase, listener: TcpListener) -> Self {
        let (before, folder) =
            database.url().split_once("?host=").expect("a PostgreSQL that listens on a Unix socket");
        let database = before.rsplit('/').next().expect("a database's name").to_owned();
        let socket = PathBuf::from(folder).join(".s.PGSQL.5432");
        Self::accept(listener, Target::Unix(socket), Protocol::Postgres, database)
    }

    /// Starts a proxy in front of a server that listens on TCP.
    ///
    /// # Panics
    /// If no port is free.
    pub fn start_to(server: SocketAddr) -> Self {
        Self::accept(free_port(), Target::Tcp(server), Protocol::Other, String::new())
    }

    /// Starts a proxy in front of a NATS server, for [`Proxy::set_hints`].
    ///
    /// # Panics
    /// If no port is free.
    pub fn start_to_nats(server: SocketAddr) -> Self {
        Self::accept(free_port(), Target::Tcp(server), Protocol::Nats, String::new())
    }

    fn accept(listener: TcpListener, target: Target, protocol: Protocol, database: String) -> Self {
        let address = listener.local_addr().expect("its address");
        let state = Arc::new(State::new(protocol));
        let accepting = Arc::clone(&state);
        thread::spawn(move || accepting.accept(&listener, &target));
        Self { address, database, state }
    }

    /// The address on which the proxy listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the same database with a URL that leads through this proxy.
    ///
    /// # Panics
    /// If the proxy is not in front of PostgreSQL.
    pub fn database(&self) -> TestDatabase {
        let Self { address, database, .. } = self;
        assert!(!database.is_empty(), "the proxy leads to no database");
        TestDatabase::new(|_| format!("postgres://chorus@{address}/{database}?sslmode=disable"))
    }

    /// Changes how bytes travel in one direction, of new connections as well. When this returns, no byte that arrives later
    /// travels otherwise.
    pub fn set_flow(&self, direction: Direction, flow: Flow) {
        self.state.lock().set_flow(direction, flow);
        self.state.changed.notify_all();
    }

    /// Changes how notifications reach clients.
    pub fn set_hints(&self, hints: Hints) {
        self.state.lock().hints = hints;
    }

    /// Closes all connections, and refuses new ones until the proxy is healed.
    pub fn cut(&self) {
        self.state.lock().is_cut = true;
        self.disconnect();
    }

    /// Closes all connections.
    pub fn disconnect(&self) {
        self.state.lock().disconnect(|_| true);
        self.state.changed.notify_all();
    }

    /// Forwards everything again, including the bytes that were held back.
    pub fn heal(&self) {
        self.thaw();
        self.set_flow(Direction::ToServer, Flow::Open);
        self.set_flow(Direction::ToClient, Flow::Open);
        let mut settings = self.state.lock();
        settings.hints = Hints::Delivered;
        settings.is_cut = false;
    }

    /// Stalls the connection that commits next.
    pub fn freeze_at_commit(&self, freeze: Freeze) {
        self.state.lock().at_commit = Some(freeze);
    }

    /// Stalls all connections, including new ones.
    pub fn freeze(&self) {
        self.state.lock().is_all_frozen = true;
    }

    /// Starts to mark connections that send this text.
    pub fn mark_connections(&self, text: &'static str) {
        self.state.lock().marked = (text, Vec::new());
    }

    /// The number of connections that were marked.
    pub fn marked(&self) -> usize {
        self.state.lock().marked.1.len()
    }

    /// Stalls the connections that were marked.
    pub fn freeze_marked(&self) {
        let mut settings = self.state.lock();
        let marked = settings.marked.1.clone();
        settings.frozen.extend(marked);
    }

    /// Starts to count statements that contain this text. A client sends the text of a prepared statement only once.
    pub fn count_statements(&self, text: &'static str) {
        self.state.lock().counted = (text, 0);
    }

    /// The number of statements since [`Proxy::count_statements`].
    pub fn counted(&self) -> usize {
        self.state.lock().counted.1
    }

    /// The number of connections that were stalled at their commit.
    pub fn frozen(&self) -> usize {
        self.state.lock().frozen.len()
    }

    /// Ends what [`Proxy::freeze`] and its kin began: forwards the bytes that were held back.
    pub fn thaw(&self) {
        let mut settings = self.state.lock();
        settings.at_commit = None;
        settings.is_all_frozen = false;
        settings.frozen.clear();
        self.state.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        {
            let mut settings = self.state.lock();
            settings.is_closed = true;
            settings.disconnect(|_| true);
        }
        self.state.changed.notify_all();
        // Wakes the accepting thread, which blocks until the next connection and only then sees `is_closed`.
        let _ = TcpStream::connect(self.address);
    }
}

fn free_port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a port for the proxy")
}

#[cfg(test)]
mod tests;
