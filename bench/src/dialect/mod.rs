//! What is said to a server, and what is heard of it.
//!
//! Reading looks at as few bytes as it can: a body is looked for at the end of the frame, where all dialects have it, and
//! searched for only when it is not there.

mod plain;
mod v1;

pub use v1::pong;

use clap::ValueEnum;
use memchr::memmem;

use crate::body::{self, Run, Stamp};

/// How a server wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// Chorus' own, JSON.
    V1,
    /// Chorus' plain one, as the tutorial's page speaks it.
    Plain,
    /// Peers: each text frame goes to everyone as it is.
    Raw,
}

/// A frame of the server's.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// A message of this run.
    Message {
        /// Its place in the topic's log, where there is one.
        seq: Option<u64>,
        /// What its body says.
        stamp: Stamp,
        /// Its body.
        body: &'a [u8],
    },
    /// Some other event of the log, at this place.
    Event(u64),
    /// The publish with this number is stored.
    Ack(u32),
    /// The greeting.
    Welcome,
    /// A subscription begins: the topic's head, and the last `seq` that came with this.
    Subscribed {
        /// The newest event's place.
        head: u64,
    },
    /// A question for life, to be answered with this.
    Ping(&'a str),
    /// A refusal.
    Refused,
    /// Nothing that counts.
    Other,
}

impl Dialect {
    /// What to ask for in the handshake.
    pub fn subprotocol(self) -> Option<&'static str> {
        (self == Self::V1).then_some("chorus.v1")
    }

    /// The path to a topic.
    pub fn path(self, path: &str, topic: &str) -> String {
        if self == Self::Plain { format!("{path}?topic={topic}") } else { path.to_owned() }
    }

    /// What a client says first.
    pub fn greeting(self) -> Option<&'static str> {
        (self == Self::V1).then_some(v1::HELLO)
    }

    /// Asks for a topic's events, from now on or from a place in an epoch.
    pub fn subscribe(self, topic: &str, since: Option<(&str, u64)>) -> Option<String> {
        (self == Self::V1).then(|| v1::subscribe(topic, since))
    }

    /// Writes a publish into `out`, which is empty.
    pub fn publish(self, out: &mut Vec<u8>, run: u32, topic: &str, stamp: Stamp, body: &[u8]) {
        match self {
            Self::V1 => v1::publish(out, run, topic, stamp, body),
            Self::Plain => plain::publish(out, stamp, body),
            Self::Raw => out.extend_from_slice(body),
        }
    }

    /// Reads a text frame.
    #[inline]
    pub fn hear<'a>(self, run: &Run, payload: &'a [u8]) -> Heard<'a> {
        if self == Self::V1 {
            return v1::hear(run, payload);
        }
        match find(run, payload, 0) {
            Some((stamp, body)) => Heard::Message { seq: None, stamp, body },
            None => Heard::Other,
        }
    }
}

/// The epoch that a `subscribed` frame names.
pub fn epoch(payload: &[u8]) -> Option<&str> {
    v1::text_after(payload, b"\"epoch\":\"")
}

/// The body in a frame that usually ends `behind` bytes after it.
#[inline]
fn find<'a>(run: &Run, payload: &'a [u8], behind: usize) -> Option<(Stamp, &'a [u8])> {
    let at = payload.len().checked_sub(body::LENGTH + behind)?;
    let usual = &payload[at..at + body::LENGTH];
    match run.read(usual) {
        Some(stamp) => Some((stamp, usual)),
        None => search(run, payload),
    }
}

#[cold]
fn search<'a>(run: &Run, payload: &'a [u8]) -> Option<(Stamp, &'a [u8])> {
    let at = memmem::find(payload, run.prefix())?;
    let body = payload.get(at..at + body::LENGTH)?;
    Some((run.read(body)?, body))
}
