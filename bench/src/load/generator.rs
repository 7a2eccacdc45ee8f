//! All connections around one epoll.

use std::{
    io,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use mio::{Events, Interest, Poll, Token};

use super::{
    Options,
    connection::{Connection, Phase},
    reading::BUFFER,
    timer::Timer,
};
use crate::{
    body::{PROBES, Run, Stamp},
    check::Check,
    wire::handshake,
};

/// The token of the timer.
const TIMER: Token = Token(usize::MAX);
const EVENTS: usize = 1_024;

pub(super) struct Generator<'a> {
    pub(super) options: &'a Options,
    pub(super) poll: Poll,
    pub(super) connections: Vec<Connection>,
    pub(super) check: Check,
    pub(super) run: Run,
    pub(super) joined: usize,
    pub(super) probed: usize,
    /// Publishers whose message is done, once for each.
    pub(super) free: Vec<usize>,
    /// How long messages took that were due in the window, in microseconds.
    pub(super) latencies: Vec<u32>,
    /// Messages due before this are not measured.
    pub(super) from: u64,
    /// Acks only: when each message was due, by publisher and number.
    pub(super) due: Vec<Vec<u64>>,
    pub(super) buffer: Vec<u8>,
    /// Reads that brought messages.
    pub(super) reads: u64,
    /// Bytes of any kind that came.
    pub(super) bytes: u64,
    /// Connections that ended.
    pub(super) closed: usize,
    /// Requests that were refused.
    pub(super) refused: u64,
    /// What went wrong first.
    pub(super) trouble: Option<String>,
    /// The epoch of the first subscription, for who comes back.
    pub(super) epoch: Option<String>,
    /// Those who resume: how many have come this far in the log.
    pub(super) goal: Option<u64>,
    pub(super) at_goal: usize,
    timer: Option<Timer>,
    probes: u32,
    events: Events,
    dirty: Vec<usize>,
    request: Vec<u8>,
    topics: Vec<String>,
    id: u32,
    begun: Instant,
    frame: Vec<u8>,
}

impl<'a> Generator<'a> {
    pub(super) fn new(options: &'a Options) -> Result<Self> {
        let id =
            SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos() ^ std::process::id().rotate_left(16);
        let path = options.dialect.path(&options.path, &options.topic(0));
        // With acks, each message has one who hears of it: its publisher.
        let receivers = if options.acks { 1 } else { options.connections };
        Ok(Self {
            options,
            poll: Poll::new()?,
            connections: Vec::with_capacity(options.connections),
            check: Check::new(receivers, options.publishers),
            run: Run::new(id),
            joined: 0,
            probed: 0,
            free: Vec::new(),
            latencies: Vec::with_capacity(1 << 16),
            from: u64::MAX,
            due: vec![Vec::new(); options.publishers],
            buffer: vec![0; BUFFER],
            reads: 0,
            bytes: 0,
            closed: 0,
            refused: 0,
            trouble: None,
            epoch: None,
            goal: None,
            at_goal: 0,
            timer: None,
            probes: 0,
            events: Events::with_capacity(EVENTS),
            dirty: Vec::new(),
            request: handshake::request(&options.address.to_string(), &path, options.dialect.subprotocol()),
            topics: (0..options.topics).map(|number| options.topic(number)).collect(),
            id,
            begun: Instant::now(),
            frame: Vec::new(),
        })
    }

    /// Microseconds since the beginning.
    pub(super) fn now(&self) -> u64 {
        self.begun.elapsed().as_micros() as u64
    }

    /// Wakes [`turn`](Self::turn) once in `every`.
    pub(super) fn wake_every(&mut self, every: Duration) -> Result<()> {
        self.timer = Some(Timer::start(self.poll.registry(), TIMER, every)?);
        Ok(())
    }

    /// Sets one more connection up.
    pub(super) fn connect(&mut self) -> Result<()> {
        let number = self.connections.len();
        let mut connection = Connection::start(number, self.options.address, &self.request)
            .with_context(|| format!("connection {number}"))?;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut connection.stream, Token(number), both)?;
        self.connections.push(connection);
        Ok(())
    }

    /// Waits for something to happen, and deals with all of it.
    pub(super) fn turn(&mut self, timeout: Duration) -> Result<()> {
        self.flush();
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        let polled = self.poll.poll(&mut events, Some(timeout));
        match polled {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        for event in &events {
            let index = event.token().0;
            if event.token() == TIMER {
                self.timer.iter().for_each(Timer::tick);
                continue;
            }
            if event.is_readable() || event.is_error() {
                self.read(index, event.is_read_closed());
            }
            if event.is_writable() {
                self.dirty.push(index);
            }
        }
        self.events = events;
        self.flush();
        Ok(())
    }

    /// Publishes the publisher's next message.
    pub(super) fn publish(&mut self, publisher: usize, due: u64) {
        let number = self.check.say(publisher);
        if self.options.acks {
            self.due[publisher].push(due);
        }
        self.send(publisher, Stamp { publisher: publisher as u32, number }, due);
    }

    /// Asks whether all hear.
    pub(super) fn probe(&mut self) {
        let (now, number) = (self.now(), PROBES + self.probes);
        self.probes += 1;
        self.send(0, Stamp { publisher: 0, number }, now);
    }

    fn send(&mut self, index: usize, stamp: Stamp, due: u64) {
        let topics = self.topics.len();
        // Each publisher goes round the topics from a place of its own, so that together they meet all of them.
        let round = (stamp.number as usize).wrapping_mul(self.options.publishers).wrapping_add(index);
        let body = self.run.body(stamp, due);
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        self.options.dialect.publish(&mut frame, self.id, &self.topics[round % topics], stamp, &body);
        let text = crate::wire::TEXT;
        self.queue(index, text, &frame);
        self.frame = frame;
    }

    /// Puts a frame into a connection's buffer; all of it goes out at once at the end of the turn.
    pub(super) fn queue(&mut self, index: usize, opcode: u8, payload: &[u8]) {
        if self.connections[index].queue(opcode, payload) {
            self.dirty.push(index);
        }
    }

    fn flush(&mut self) {
        while let Some(index) = self.dirty.pop() {
            let connection = &mut self.connections[index];
            if connection.phase != Phase::Closed
                && let Err(error) = connection.flush()
            {
                self.close(index, &format!("not writable: {error}"));
            }
        }
    }

    /// Takes a connection out.
    pub(super) fn close(&mut self, index: usize, why: &str) {
        let connection = &mut self.connections[index];
        if connection.phase == Phase::Closed {
            return;
        }
        connection.phase = Phase::Closed;
        self.closed += 1;
        // It is about to be dropped with all others; what epoll still says of it is ignored.
        let _ = self.poll.registry().deregister(&mut connection.stream);
        self.trouble.get_or_insert_with(|| format!("connection {index} {why}"));
    }
}
