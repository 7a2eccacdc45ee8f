//! Accepts connections and forwards their bytes: two threads for each connection, one for each direction.

use std::{
    collections::{HashMap, HashSet},
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::{
    Direction, Flow, Freeze, Hints, Protocol,
    hints::HintFilter,
    stream::{Stream, Target},
};

/// The commit statement as a simple query of PostgreSQL's protocol.
const COMMIT: &[u8] = b"COMMIT\0";
/// Bytes that are forwarded at once.
const CHUNK_BYTES: usize = 64 * 1_024;

#[derive(Debug)]
pub(super) struct State {
    protocol: Protocol,
    settings: Mutex<Settings>,
    pub(super) changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Applies to the next connection that commits.
    pub(super) at_commit: Option<Freeze>,
    /// Stalls all connections, including new ones.
    pub(super) is_all_frozen: bool,
    /// Numbers of the stalled connections.
    pub(super) frozen: Vec<usize>,
    to_server: Flow,
    to_client: Flow,
    pub(super) hints: Hints,
    /// New connections are closed at once.
    pub(super) is_cut: bool,
    /// Both ends of the connections that are open, by their number.
    open: HashMap<usize, [Stream; 2]>,
    accepted: usize,
    /// Numbers of the connections that have lost bytes.
    damaged: HashSet<usize>,
    /// The text by which connections are marked, and the numbers of those that have sent it.
    pub(super) marked: (&'static str, Vec<usize>),
    /// The text that is searched for in statements, and the number of statements with it.
    pub(super) counted: (&'static str, usize),
    pub(super) is_closed: bool,
}

/// The fate of bytes that have arrived.
enum Passage {
    Forward,
    Lose,
    /// The connection is closed.
    Close,
}

impl State {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self { protocol, settings: Mutex::default(), changed: Condvar::new() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn accept(self: Arc<Self>, listener: &TcpListener, target: &Target) {
        for client in listener.incoming().flatten() {
            if self.lock().is_closed {
                return;
            }
            // A failure concerns this connection only, which is closed.
            let _ = client.set_nodelay(true);
            if let Ok(server) = target.connect() {
                let _ = self.spawn(Stream::Tcp(client), server);
            }
        }
    }

    fn spawn(self: &Arc<Self>, client: Stream, server: Stream) -> std::io::Result<()> {
        let from_client = client.try_clone()?;
        let from_server = server.try_clone()?;
        let ends = [client.try_clone()?, server.try_clone()?];
        let number = {
            let mut settings = self.lock();
            if settings.is_cut || settings.is_closed {
                return Ok(());
            }
            settings.accepted += 1;
            let number = settings.accepted;
            settings.open.insert(number, ends);
            number
        };
        for (from, to, direction) in
            [(from_client, server, Direction::ToServer), (from_server, client, Direction::ToClient)]
        {
            let state = Arc::clone(self);
            thread::spawn(move || {
                state.forward(number, from, to, direction);
                state.lock().disconnect(|other| other == number);
                state.changed.notify_all();
            });
        }
        Ok(())
    }

    fn forward(&self, number: usize, mut from: Stream, mut to: Stream, direction: Direction) {
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut filter = HintFilter::new(match direction {
            Direction::ToServer => Protocol::Other,
            Direction::ToClient => self.protocol,
        });
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            let bytes = &chunk[..length];
            let is_request = direction == Direction::ToServer;
            if is_request {
                self.lock().inspect(number, bytes);
            }
            let is_commit = is_request && self.protocol == Protocol::Postgres && contains(bytes, COMMIT);
            let freeze = if is_commit { self.freeze_commit(number) } else { None };
            let commits_first = freeze == Some(Freeze::AfterCommit);
            let passage = if commits_first { Passage::Forward } else { self.pass(number, direction) };
            match passage {
                Passage::Forward => {
                    let hints = self.lock().hints;
                    if to.write_all(&filter.filter(bytes, hints)).is_err() {
                        return;
                    }
                }
                Passage::Lose => {}
                Passage::Close => return,
            }
        }
        // A stalled connection does not forward its end either.
        while let Passage::Lose = self.pass(number, direction) {
            let settings = self.lock();
            let is_lossy = |settings: &mut Settings| {
                settings.is_open(number) && settings.flow(direction) == Flow::Swallowed
            };
            drop(self.changed.wait_while(settings, is_lossy));
        }
    }

    /// Stalls this connection if [`super::Proxy::freeze_at_commit`] asked for it.
    fn freeze_commit(&self, number: usize) -> Option<Freeze> {
        let mut settings = self.lock();
        let freeze = settings.at_commit.take()?;
        settings.frozen.push(number);
        Some(freeze)
    }

    /// Blocks for as long as bytes of this connection are held back or delayed, and says what becomes of them.
    fn pass(&self, number: usize, direction: Direction) -> Passage {
        let is_stalled = |settings: &mut Settings| {
            let is_frozen = settings.is_all_frozen || settings.frozen.contains(&number);
            settings.is_open(number) && (is_frozen || settings.flow(direction) == Flow::Stalled)
        };
        let mut delayed = Duration::ZERO;
        loop {
            let settings = self.changed.wait_while(self.lock(), is_stalled);
            let mut settings = settings.unwrap_or_else(PoisonError::into_inner);
            match settings.flow(direction) {
                _ if !settings.is_open(number) => return Passage::Close,
                Flow::Swallowed => {
                    settings.damaged.insert(number);
                    return Passage::Lose;
                }
                Flow::Delayed(delay) if delayed < delay => {
                    drop(settings);
                    thread::sleep(delay - delayed);
                    delayed = delay;
                }
                Flow::Open | Flow::Stalled | Flow::Delayed(_) => return Passage::Forward,
            }
        }
    }
}

impl Settings {
    fn is_open(&self, number: usize) -> bool {
        !self.is_closed && self.open.contains_key(&number)
    }

    fn flow(&self, direction: Direction) -> Flow {
        match direction {
            Direction::ToServer => self.to_server,
            Direction::ToClient => self.to_client,
        }
    }

    pub(super) fn set_flow(&mut self, direction: Direction, flow: Flow) {
        match direction {
            Direction::ToServer => self.to_server = flow,
            Direction::ToClient => self.to_client = flow,
        }
        if self.to_server != Flow::Swallowed && self.to_client != Flow::Swallowed {
            let damaged = std::mem::take(&mut self.damaged);
            self.disconnect(|number| damaged.contains(&number));
        }
    }

    #[cfg(test)]
    pub(super) fn damaged_count(&self) -> usize {
        self.damaged.len()
    }

    /// Closes the connections with these numbers.
    pub(super) fn disconnect(&mut self, is_chosen: impl Fn(usize) -> bool) {
        for (_, ends) in self.open.extract_if(|number, _| is_chosen(*number)) {
            ends.iter().for_each(Stream::close);
        }
    }

    fn inspect(&mut self, number: usize, bytes: &[u8]) {
        let (text, marked) = &mut self.marked;
        if !text.is_empty() && contains(bytes, text.as_bytes()) {
            marked.push(number);
        }
        let (text, count) = &mut self.counted;
        *count += usize::from(!text.is_empty() && contains(bytes, text.as_bytes()));
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
