//! From a readable socket to what was heard. This is the hot path: no allocation, no clock but for a message that is done.

use std::{borrow::Cow, io::Read};

use super::{
    Generator,
    connection::{Phase, is_not_now},
};
use crate::{
    body::{self, PROBES, Stamp},
    check,
    dialect::{self, Heard},
    wire::{self, frame, handshake},
};

/// Read at once: what the kernel copies is still in the processor's cache when it is looked at.
const CHUNK: usize = 128 << 10;
/// With the beginning of a frame before it.
pub(super) const BUFFER: usize = 4 << 20;

impl Generator<'_> {
    /// Reads all that is there.
    pub(super) fn read(&mut self, index: usize, to_the_end: bool) {
        if self.connections[index].phase == Phase::Closed {
            return;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        if let Err(why) = self.read_into(&mut buffer, index, to_the_end) {
            self.close(index, &why);
        }
        self.buffer = buffer;
    }

    fn read_into(
        &mut self,
        buffer: &mut [u8],
        index: usize,
        to_the_end: bool,
    ) -> Result<(), Cow<'static, str>> {
        loop {
            let connection = &mut self.connections[index];
            let held = connection.begun.len();
            let room = buffer.get_mut(held..held + CHUNK).ok_or("sent a frame that is too long")?;
            let read = match connection.stream.read(room) {
                Ok(0) => return Err("was closed".into()),
                Ok(read) => read,
                Err(error) if is_not_now(&error) => return Ok(()),
                Err(error) => return Err(format!("not readable: {error}").into()),
            };
            buffer[..held].copy_from_slice(&connection.begun);
            connection.begun.clear();
            self.bytes += read as u64;
            let all = &buffer[..held + read];
            let used = self.take(index, all)?;
            self.connections[index].begun.extend_from_slice(&all[used..]);
            // A socket that gave less than was asked for is empty: epoll(7).
            if read < CHUNK && !to_the_end {
                return Ok(());
            }
        }
    }

    /// Takes whole frames from the beginning of `bytes` and says how many bytes they were.
    fn take(&mut self, index: usize, bytes: &[u8]) -> Result<usize, Cow<'static, str>> {
        let mut used = 0;
        if self.connections[index].phase == Phase::Upgrading {
            let Some(end) = handshake::head(bytes) else { return Ok(0) };
            if !handshake::lets_in(&bytes[..end]) {
                return Err(format!("was refused: {}", String::from_utf8_lossy(&bytes[..end.min(40)])).into());
            }
            self.let_in(index);
            used = end;
        }
        let before = self.check.heard();
        while let Some(header) = frame::header(&bytes[used..]) {
            let payload = &bytes[used..][header.payload.clone()];
            used += header.payload.end;
            if !header.whole || header.key.is_some() {
                return Err("sent a frame that is a fragment, compressed or masked".into());
            }
            match header.opcode {
                wire::TEXT => self.hear(index, payload),
                wire::PING => self.queue(index, wire::PONG, payload),
                wire::CLOSE => return Err(format!("was closed: {}", reason(payload)).into()),
                _ => {}
            }
        }
        self.reads += u64::from(self.check.heard() > before);
        Ok(used)
    }

    #[inline]
    fn hear(&mut self, index: usize, payload: &[u8]) {
        match self.options.dialect.hear(&self.run, payload) {
            Heard::Message { seq, stamp, body } => {
                if let Some(seq) = seq {
                    self.follow(index, seq);
                }
                self.message(index, stamp, body);
            }
            Heard::Event(seq) => self.follow(index, seq),
            Heard::Ack(number) => self.ack(index, number),
            Heard::Other => {}
            seldom => self.seldom(index, payload, &seldom),
        }
    }

    #[inline]
    fn follow(&mut self, index: usize, seq: u64) {
        let connection = &mut self.connections[index];
        let goes_on = seq == connection.seq + 1;
        connection.seq = seq;
        // With several topics a connection's events are of several logs.
        if !goes_on && self.options.topics == 1 {
            self.check.broken_seq();
        }
        if self.goal == Some(seq) {
            self.at_goal += 1;
        }
    }

    #[inline]
    fn message(&mut self, index: usize, stamp: Stamp, body: &[u8]) {
        if stamp.number >= PROBES {
            self.probed += usize::from(!std::mem::replace(&mut self.connections[index].probed, true));
        } else if self.check.hear(index, stamp.publisher as usize, stamp.number) == check::Heard::Done {
            self.done(stamp.publisher as usize, body::due(body).unwrap_or(0));
        }
    }

    fn ack(&mut self, index: usize, number: u32) {
        if self.options.acks && self.check.hear(0, index, number) == check::Heard::Done {
            self.done(index, self.due[index][number as usize]);
        }
    }

    fn done(&mut self, publisher: usize, due: u64) {
        self.free.push(publisher);
        if due >= self.from {
            let took = self.now().saturating_sub(due);
            self.latencies.push(u32::try_from(took).unwrap_or(u32::MAX));
        }
    }

    #[cold]
    fn seldom(&mut self, index: usize, payload: &[u8], heard: &Heard<'_>) {
        match heard {
            Heard::Welcome => self.welcome(index),
            Heard::Subscribed { head } => {
                if self.epoch.is_none() {
                    self.epoch = dialect::epoch(payload).map(str::to_owned);
                }
                self.subscribed(index, *head, payload);
            }
            Heard::Ping(n) => self.queue(index, wire::TEXT, dialect::pong(n).as_bytes()),
            _ => {
                self.refused += 1;
                self.trouble.get_or_insert_with(|| String::from_utf8_lossy(payload).into_owned());
            }
        }
    }
}

fn reason(payload: &[u8]) -> String {
    let code = payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code));
    format!("{code} {}", String::from_utf8_lossy(payload.get(2..).unwrap_or_default()))
}
