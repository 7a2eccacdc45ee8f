//! A TCP proxy between a server and its PostgreSQL that can stall connections without telling either side: sockets stay open, and
//! bytes are neither delivered nor refused. A firewall that has dropped a connection from its state table behaves like that.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::TestDatabase;

/// The commit statement as a simple query of PostgreSQL's protocol.
const COMMIT: &[u8] = b"COMMIT\0";
/// Bytes that are forwarded at once.
const CHUNK_BYTES: usize = 64 * 1_024;

/// The moment at which a connection stalls, relative to its next commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// PostgreSQL does not receive the commit before the proxy is thawed.
    BeforeCommit,
    /// PostgreSQL commits, and its answer is not delivered before the proxy is thawed.
    AfterCommit,
}

/// A proxy. It closes its connections when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    database: String,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    settings: Mutex<Settings>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Settings {
    /// Applies to the next connection that commits.
    at_commit: Option<Freeze>,
    /// Stalls all connections, including new ones.
    is_all_frozen: bool,
    /// Numbers of the stalled connections.
    frozen: Vec<usize>,
    connections: usize,
    /// The text that is searched for in statements, and the number of statements with it.
    counted: (&'static str, usize),
    is_closed: bool,
}

impl Proxy {
    /// Starts a proxy in front of a database of [`crate::Postgres`].
    ///
    /// # Panics
    /// If the database is not PostgreSQL, or no port is free.
    pub fn start(database: &TestDatabase) -> Self {
        Self::start_on(database, TcpListener::bind("127.0.0.1:0").expect("a port for the proxy"))
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
        let address = listener.local_addr().expect("its address");
        let state = Arc::<State>::default();
        let accepting = Arc::clone(&state);
        thread::spawn(move || accepting.accept(&listener, &socket));
        Self { address, database, state }
    }

    /// Returns the same database with a URL that leads through this proxy.
    pub fn database(&self) -> TestDatabase {
        let Self { address, database, .. } = self;
        TestDatabase::new(|_| format!("postgres://chorus@{address}/{database}?sslmode=disable"))
    }

    /// Stalls the connection that commits next.
    pub fn freeze_at_commit(&self, freeze: Freeze) {
        self.state.lock().at_commit = Some(freeze);
    }

    /// Stalls all connections, including new ones.
    pub fn freeze(&self) {
        self.state.lock().is_all_frozen = true;
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

    /// Forwards everything again, including the bytes that were held back.
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
        self.state.lock().is_closed = true;
        self.state.changed.notify_all();
        // Wakes the accepting thread, which blocks until the next connection and only then sees `is_closed`.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: Arc<Self>, listener: &TcpListener, socket: &Path) {
        for client in listener.incoming().flatten() {
            let number = {
                let mut settings = self.lock();
                if settings.is_closed {
                    return;
                }
                settings.connections += 1;
                settings.connections
            };
            let Ok(server) = UnixStream::connect(socket) else { continue };
            let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
                continue;
            };
            let requests = Arc::clone(&self);
            let responses = Arc::clone(&self);
            thread::spawn(move || {
                requests.forward(number, from_client, &server, true);
                let _ = server.shutdown(Shutdown::Both);
            });
            thread::spawn(move || {
                responses.forward(number, from_server, &client, false);
                let _ = client.shutdown(Shutdown::Both);
            });
        }
    }

    fn forward(&self, number: usize, mut from: impl Read, mut to: impl Write, is_request: bool) {
        let mut chunk = vec![0; CHUNK_BYTES];
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            let bytes = &chunk[..length];
            if is_request {
                self.lock().count(bytes);
            }
            let is_commit = is_request && contains(bytes, COMMIT);
            let freeze = if is_commit { self.freeze_commit(number) } else { None };
            let commits_first = freeze == Some(Freeze::AfterCommit);
            if !commits_first && !self.wait(number) {
                return;
            }
            if to.write_all(bytes).is_err() {
                return;
            }
        }
        // A stalled connection does not forward its end either.
        self.wait(number);
    }

    /// Stalls this connection if [`Proxy::freeze_at_commit`] asked for it.
    fn freeze_commit(&self, number: usize) -> Option<Freeze> {
        let mut settings = self.lock();
        let freeze = settings.at_commit.take()?;
        settings.frozen.push(number);
        Some(freeze)
    }

    /// Blocks while this connection is stalled. Returns `false` when the proxy is closed.
    fn wait(&self, number: usize) -> bool {
        let is_stalled = |settings: &mut Settings| {
            !settings.is_closed && (settings.is_all_frozen || settings.frozen.contains(&number))
        };
        let settings =
            self.changed.wait_while(self.lock(), is_stalled).unwrap_or_else(PoisonError::into_inner);
        !settings.is_closed
    }
}

impl Settings {
    fn count(&mut self, bytes: &[u8]) {
        let (text, count) = &mut self.counted;
        *count += usize::from(!text.is_empty() && contains(bytes, text.as_bytes()));
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
