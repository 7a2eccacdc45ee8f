//! A network between a server and its PostgreSQL that can stop carrying, without telling either side: sockets stay open, and
//! packets are neither delivered nor refused. That is what a firewall does that has forgotten a connection.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::Place;

/// The statement that commits, as it is on the wire: a simple query.
const COMMIT: &[u8] = b"COMMIT\0";
/// Bytes that are carried at once.
const CHUNK: usize = 64 * 1_024;

/// Which side of the network the next commit is on when it stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// PostgreSQL does not see the commit, until the network carries again.
    BeforeCommit,
    /// PostgreSQL commits, and its answer is not delivered.
    AfterCommit,
}

/// The network. Connections end with it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    database: String,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Now {
    at_commit: Option<Freeze>,
    /// Nothing is carried, on new connections neither.
    all_frozen: bool,
    /// Connections that carry nothing, by their number.
    frozen: Vec<usize>,
    connections: usize,
    /// Text of a statement, and how often it has been seen.
    counted: (&'static str, usize),
    is_over: bool,
}

impl Proxy {
    /// A network that leads to a database of [`crate::Postgres`].
    ///
    /// # Panics
    /// When the place is no PostgreSQL, or no port is free.
    pub fn start(place: &Place) -> Self {
        Self::start_on(place, TcpListener::bind("127.0.0.1:0").expect("a port for the network"))
    }

    /// The same, where the test has it listen.
    ///
    /// # Panics
    /// When the place is no PostgreSQL.
    pub fn start_on(place: &Place, listener: TcpListener) -> Self {
        let (before, folder) = place.url().split_once("?host=").expect("a database on a socket");
        let database = before.rsplit('/').next().expect("a database's name").to_owned();
        let socket = PathBuf::from(folder).join(".s.PGSQL.5432");
        let address = listener.local_addr().expect("its address");
        let state = Arc::<State>::default();
        let of_listener = Arc::clone(&state);
        thread::spawn(move || of_listener.accept(&listener, &socket));
        Self { address, database, state }
    }

    /// The database at the other end.
    pub fn place(&self) -> Place {
        let Self { address, database, .. } = self;
        Place::new(|_| format!("postgres://chorus@{address}/{database}?sslmode=disable"))
    }

    /// The connection that commits next carries nothing any more.
    pub fn freeze_at_commit(&self, freeze: Freeze) {
        self.state.lock().at_commit = Some(freeze);
    }

    /// No connection carries anything any more, those to come neither.
    pub fn freeze(&self) {
        self.state.lock().all_frozen = true;
    }

    /// Counts statements that hold this text, from now on. PostgreSQL is told the text of a prepared one only once.
    pub fn count(&self, text: &'static str) {
        self.state.lock().counted = (text, 0);
    }

    /// How many there have been.
    pub fn counted(&self) -> usize {
        self.state.lock().counted.1
    }

    /// How many connections were frozen by their commit.
    pub fn frozen(&self) -> usize {
        self.state.lock().frozen.len()
    }

    /// Everything is carried again, also what was sent meanwhile.
    pub fn thaw(&self) {
        let mut now = self.state.lock();
        (now.at_commit, now.all_frozen) = (None, false);
        now.frozen.clear();
        self.state.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.lock().is_over = true;
        self.state.changed.notify_all();
        // It waits for a connection, and sees then that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: Arc<Self>, listener: &TcpListener, socket: &Path) {
        for client in listener.incoming().flatten() {
            let number = {
                let mut now = self.lock();
                if now.is_over {
                    return;
                }
                now.connections += 1;
                now.connections
            };
            let Ok(server) = UnixStream::connect(socket) else { continue };
            let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
                continue;
            };
            let (asks, answers) = (Arc::clone(&self), Arc::clone(&self));
            thread::spawn(move || {
                asks.carry(number, from_client, &server, true);
                let _ = server.shutdown(Shutdown::Both);
            });
            thread::spawn(move || {
                answers.carry(number, from_server, &client, false);
                let _ = client.shutdown(Shutdown::Both);
            });
        }
    }

    fn carry(&self, number: usize, mut from: impl Read, mut to: impl Write, asks: bool) {
        let mut chunk = vec![0; CHUNK];
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            let bytes = &chunk[..length];
            if asks {
                self.lock().count(bytes);
            }
            let commits = asks && holds(bytes, COMMIT);
            let freeze = if commits { self.commits(number) } else { None };
            let late = freeze == Some(Freeze::AfterCommit);
            if !late && !self.wait(number) {
                return;
            }
            if to.write_all(bytes).is_err() {
                return;
            }
        }
        // The end of a connection is not carried either.
        self.wait(number);
    }

    /// A connection commits, and may be frozen for it.
    fn commits(&self, number: usize) -> Option<Freeze> {
        let mut now = self.lock();
        let freeze = now.at_commit.take()?;
        now.frozen.push(number);
        Some(freeze)
    }

    /// Waits while nothing is carried; says no when it is over.
    fn wait(&self, number: usize) -> bool {
        let frozen = |now: &mut Now| !now.is_over && (now.all_frozen || now.frozen.contains(&number));
        let now = self.changed.wait_while(self.lock(), frozen).unwrap_or_else(PoisonError::into_inner);
        !now.is_over
    }
}

impl Now {
    fn count(&mut self, bytes: &[u8]) {
        let (text, count) = &mut self.counted;
        *count += usize::from(!text.is_empty() && holds(bytes, text.as_bytes()));
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
