//! The event loop: all connections on one epoll instance.

use std::{
    io,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use app::protocol::{ClientFrame, Epoch, TopicName};
use mio::{Events, Interest, Poll, Token};

use super::{
    LoadOptions,
    connection::{Connection, Phase},
    receive::BUFFER_BYTES,
    timer::Timer,
};
use crate::{
    body::{FIRST_PROBE, Run, Stamp},
    delivery_check::DeliveryCheck,
    wire::{TEXT, handshake},
};

const TIMER: Token = Token(usize::MAX);
const MAX_EVENTS: usize = 1_024;

pub(super) struct Generator<'a> {
    pub(super) options: &'a LoadOptions,
    pub(super) poll: Poll,
    pub(super) connections: Vec<Connection>,
    pub(super) check: DeliveryCheck,
    pub(super) run: Run,
    pub(super) joined: usize,
    pub(super) probed: usize,
    /// Publishers that may publish their next message, once per completed message.
    pub(super) idle_publishers: Vec<usize>,
    /// Latencies of the messages that were due in the measuring window, in microseconds.
    pub(super) latencies: Vec<u32>,
    /// Start of the measuring window. Earlier messages are not measured.
    pub(super) window_start: u64,
    /// With `--acks`: the due time of each message, by publisher and number.
    pub(super) due: Vec<Vec<u64>>,
    pub(super) buffer: Vec<u8>,
    /// Reads that brought messages.
    pub(super) reads: u64,
    /// Received bytes of any kind.
    pub(super) bytes: u64,
    /// Connections that ended.
    pub(super) closed: usize,
    /// Requests that were refused.
    pub(super) refused: u64,
    /// The first error, for the report.
    pub(super) first_error: Option<String>,
    /// The epoch of the first subscription, to resume with.
    pub(super) epoch: Option<Epoch>,
    /// Storm: the head to which all connections catch up.
    pub(super) resume_head: Option<u64>,
    pub(super) resumed: usize,
    timer: Option<Timer>,
    probes: u32,
    events: Events,
    unflushed: Vec<usize>,
    request: Vec<u8>,
    pub(super) topics: Vec<TopicName>,
    id: u32,
    started: Instant,
    frame: Vec<u8>,
}

impl<'a> Generator<'a> {
    pub(super) fn new(options: &'a LoadOptions) -> Result<Self> {
        let id =
            SystemTime::now().duration_since(UNIX_EPOCH)?.subsec_nanos() ^ std::process::id().rotate_left(16);
        let topics = options.topics()?;
        let path = options.dialect.path(&options.path, topics[0].as_str());
        let receivers = if options.acks { 1 } else { options.connections };
        Ok(Self {
            options,
            poll: Poll::new()?,
            connections: Vec::with_capacity(options.connections),
            check: DeliveryCheck::new(receivers, options.receivers()),
            run: Run::new(id),
            joined: 0,
            probed: 0,
            idle_publishers: Vec::new(),
            latencies: Vec::with_capacity(1 << 16),
            window_start: u64::MAX,
            due: vec![Vec::new(); options.publishers],
            buffer: vec![0; BUFFER_BYTES],
            reads: 0,
            bytes: 0,
            closed: 0,
            refused: 0,
            first_error: None,
            epoch: None,
            resume_head: None,
            resumed: 0,
            timer: None,
            probes: 0,
            events: Events::with_capacity(MAX_EVENTS),
            unflushed: Vec::new(),
            request: handshake::request(&options.address.to_string(), &path, options.dialect.subprotocol()),
            topics,
            id,
            started: Instant::now(),
            frame: Vec::new(),
        })
    }

    /// Microseconds since the start.
    pub(super) fn now(&self) -> u64 {
        self.started.elapsed().as_micros() as u64
    }

    /// Wakes [`poll_once`](Self::poll_once) at this interval.
    pub(super) fn wake_every(&mut self, every: Duration) -> Result<()> {
        self.timer = Some(Timer::start(self.poll.registry(), TIMER, every)?);
        Ok(())
    }

    /// Starts one more connection.
    pub(super) fn connect(&mut self) -> Result<()> {
        let number = self.connections.len();
        let mut connection = Connection::start(number, self.options.address_of(number), &self.request)
            .with_context(|| format!("connection {number}"))?;
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut connection.stream, Token(number), both)?;
        self.connections.push(connection);
        Ok(())
    }

    /// Waits for events and handles all of them.
    pub(super) fn poll_once(&mut self, timeout: Duration) -> Result<()> {
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
                self.unflushed.push(index);
            }
        }
        self.events = events;
        self.flush();
        Ok(())
    }

    /// Publishes the publisher's next message.
    pub(super) fn publish(&mut self, publisher: usize, due: u64) {
        let number = self.check.publish(publisher);
        if self.options.acks {
            self.due[publisher].push(due);
        }
        let topic = self.options.topic_of(publisher, number);
        self.send(publisher, topic, Stamp { publisher: publisher as u32, number }, due);
    }

    /// Publishes a probe in each topic, on the first connection.
    pub(super) fn probe(&mut self) {
        let now = self.now();
        for topic in 0..self.topics.len() {
            let number = FIRST_PROBE + self.probes;
            self.probes += 1;
            self.send(0, topic, Stamp { publisher: 0, number }, now);
        }
    }

    fn send(&mut self, index: usize, topic: usize, stamp: Stamp, due: u64) {
        let body = self.run.body(stamp, due);
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        let topic = self.topics[topic].as_str();
        self.options.dialect.publish(&mut frame, self.id, topic, stamp, &body);
        self.queue(index, TEXT, &frame);
        self.frame = frame;
    }

    /// Appends a frame of `chorus.v1` to a connection's buffer.
    pub(super) fn queue_frame(&mut self, index: usize, frame: &ClientFrame) {
        // Strings and numbers: serde_json has no reason to refuse any of them.
        self.queue(index, TEXT, &serde_json::to_vec(frame).unwrap_or_default());
    }

    /// Appends a frame to a connection's buffer, which is written once per [`poll_once`](Self::poll_once).
    pub(super) fn queue(&mut self, index: usize, opcode: u8, payload: &[u8]) {
        if self.connections[index].queue(opcode, payload) {
            self.unflushed.push(index);
        }
    }

    fn flush(&mut self) {
        while let Some(index) = self.unflushed.pop() {
            let connection = &mut self.connections[index];
            if connection.phase != Phase::Closed
                && let Err(error) = connection.flush()
            {
                self.close(index, &format!("not writable: {error}"));
            }
        }
    }

    /// Closes a connection and records the reason if it is the first error.
    pub(super) fn close(&mut self, index: usize, why: &str) {
        let connection = &mut self.connections[index];
        if connection.phase == Phase::Closed {
            return;
        }
        connection.phase = Phase::Closed;
        self.closed += 1;
        // The connection is dropped with all others at the end of the run; later epoll events for it are ignored.
        let _ = self.poll.registry().deregister(&mut connection.stream);
        self.first_error.get_or_insert_with(|| format!("connection {index} {why}"));
    }
}
