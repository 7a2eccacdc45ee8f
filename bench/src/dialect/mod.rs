//! Encodes requests and parses frames of the servers that are measured.
//!
//! The frames of each message (publishes, events, acks) are encoded and parsed by hand, so that the
//! generator measures the server and not itself. Parsing reads as few bytes as possible: it expects the body at the end of
//! the frame, where all dialects have it, and searches the frame only when it is not there. All other frames of
//! `chorus.v1` are the types of [`app::protocol`].

mod plain;
mod v1;

pub use v1::{hello, last_seq, subscribe};

use app::protocol::SUBPROTOCOL;
use clap::ValueEnum;
use memchr::memmem;

use crate::body::{self, Run, Stamp};

/// The protocol of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// `chorus.v1`, JSON.
    V1,
    /// Chorus' plain dialect, as the tutorial's page speaks it.
    Plain,
    /// Peers: the server broadcasts each text frame unchanged.
    Raw,
}

/// A parsed frame of the server.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A message of this run.
    Message {
        /// Its `seq` in the topic's log (`chorus.v1` only).
        seq: Option<u64>,
        /// The publisher and number in its body.
        stamp: Stamp,
        /// The body.
        body: &'a [u8],
    },
    /// Another event of the log, with this `seq`.
    Event(u64),
    /// The publish with this `ref` is stored.
    Ack(u32),
    /// The reply to a subscription, whole: one that resumes has too many events to decode all of them.
    Subscribed(&'a [u8]),
    /// Another frame of `chorus.v1`, whole, to be decoded as a [`ServerFrame`](app::protocol::ServerFrame).
    Control(&'a [u8]),
    /// A frame without a message of this run (other dialects only).
    Other,
}

impl Dialect {
    /// The subprotocol of the handshake.
    pub fn subprotocol(self) -> Option<&'static str> {
        (self == Self::V1).then_some(SUBPROTOCOL)
    }

    /// The path and query of a topic's endpoint.
    pub fn path(self, path: &str, topic: &str) -> String {
        if self == Self::Plain { format!("{path}?topic={topic}") } else { path.to_owned() }
    }

    /// Encodes a publish into `out`, which must be empty.
    pub fn publish(self, out: &mut Vec<u8>, run: u32, topic: &str, stamp: Stamp, body: &[u8]) {
        match self {
            Self::V1 => v1::publish(out, run, topic, stamp, body),
            Self::Plain => plain::publish(out, stamp, body),
            Self::Raw => out.extend_from_slice(body),
        }
    }

    /// Parses a text frame.
    #[inline]
    pub fn parse<'a>(self, run: &Run, payload: &'a [u8]) -> Frame<'a> {
        if self == Self::V1 {
            return v1::parse(run, payload);
        }
        match find(run, payload, 0) {
            Some((stamp, body)) => Frame::Message { seq: None, stamp, body },
            None => Frame::Other,
        }
    }
}

/// Finds the body in a frame. In most frames exactly `behind` bytes follow it; others are searched.
#[inline]
fn find<'a>(run: &Run, payload: &'a [u8], behind: usize) -> Option<(Stamp, &'a [u8])> {
    let at = payload.len().checked_sub(body::BODY_BYTES + behind)?;
    let usual = &payload[at..at + body::BODY_BYTES];
    match run.parse(usual) {
        Some(stamp) => Some((stamp, usual)),
        None => search(run, payload),
    }
}

#[cold]
fn search<'a>(run: &Run, payload: &'a [u8]) -> Option<(Stamp, &'a [u8])> {
    let at = memmem::find(payload, run.prefix())?;
    let body = payload.get(at..at + body::BODY_BYTES)?;
    Some((run.parse(body)?, body))
}
