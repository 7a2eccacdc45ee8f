//! Reads frames from a socket and records them. This is the hot path: it does not allocate, and reads the clock only for a
//! completed message.

use std::{borrow::Cow, io::Read};

use app::protocol::{ClientFrame, ServerFrame};

use super::{
    Generator,
    connection::{Phase, is_not_ready},
};
use crate::{
    body::{self, FIRST_PROBE, Stamp},
    delivery_check::DeliveryStatus,
    dialect::Frame,
    wire::{self, frame, handshake},
};

/// Bytes per read: few enough to be still in the processor's cache when they are parsed.
const READ_BYTES: usize = 128 << 10;
/// The size of the buffer, and so the limit of one frame.
pub(super) const BUFFER_BYTES: usize = 4 << 20;

impl Generator<'_> {
    /// Reads all available bytes.
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
            let held = connection.partial.len();
            let room = buffer.get_mut(held..held + READ_BYTES).ok_or("sent a frame that is too long")?;
            let read = match connection.stream.read(room) {
                Ok(0) => return Err("was closed".into()),
                Ok(read) => read,
                Err(error) if is_not_ready(&error) => return Ok(()),
                Err(error) => return Err(format!("not readable: {error}").into()),
            };
            buffer[..held].copy_from_slice(&connection.partial);
            connection.partial.clear();
            self.bytes += read as u64;
            let all = &buffer[..held + read];
            let used = self.parse_frames(index, all)?;
            self.connections[index].partial.extend_from_slice(&all[used..]);
            // A short read means that the socket is drained (epoll(7)).
            if read < READ_BYTES && !to_the_end {
                return Ok(());
            }
        }
    }

    /// Handles the complete frames at the start of `bytes` and returns their length.
    fn parse_frames(&mut self, index: usize, bytes: &[u8]) -> Result<usize, Cow<'static, str>> {
        let mut used = 0;
        if self.connections[index].phase == Phase::Upgrading {
            let Some(end) = handshake::head(bytes) else { return Ok(0) };
            if !handshake::is_accepted(&bytes[..end]) {
                return Err(format!("was refused: {}", String::from_utf8_lossy(&bytes[..end.min(40)])).into());
            }
            self.upgraded(index);
            used = end;
        }
        let before = self.check.received();
        while let Some(header) = frame::header(&bytes[used..]) {
            let payload = &bytes[used..][header.payload.clone()];
            used += header.payload.end;
            if !header.is_whole || header.key.is_some() {
                return Err("sent a frame that is a fragment, compressed or masked".into());
            }
            match header.opcode {
                wire::TEXT => self.handle(index, payload),
                wire::PING => self.queue(index, wire::PONG, payload),
                wire::CLOSE => return Err(format!("was closed: {}", reason(payload)).into()),
                _ => {}
            }
        }
        self.reads += u64::from(self.check.received() > before);
        Ok(used)
    }

    #[inline]
    fn handle(&mut self, index: usize, payload: &[u8]) {
        match self.options.dialect.parse(&self.run, payload) {
            Frame::Message { seq, stamp, body } => {
                if let Some(seq) = seq {
                    self.check_seq(index, seq);
                }
                self.message(index, stamp, body);
            }
            Frame::Event(seq) => self.check_seq(index, seq),
            Frame::Ack(number) => self.ack(index, number),
            Frame::Subscribed(payload) => self.subscribed(index, payload),
            Frame::Control(payload) => self.control(index, payload),
            Frame::Other => {}
        }
    }

    #[inline]
    fn check_seq(&mut self, index: usize, seq: u64) {
        let connection = &mut self.connections[index];
        let goes_on = seq == connection.seq + 1;
        connection.seq = seq;
        // With several topics a connection's events belong to several logs, so their `seq` is not consecutive.
        if !goes_on && self.options.topics == 1 {
            self.check.record_seq_break();
        }
        if self.resume_head == Some(seq) {
            self.resumed += 1;
        }
    }

    #[inline]
    fn message(&mut self, index: usize, stamp: Stamp, body: &[u8]) {
        if stamp.number >= FIRST_PROBE {
            self.probed += usize::from(!std::mem::replace(&mut self.connections[index].probed, true));
        } else if self.check.receive(index, stamp.publisher as usize, stamp.number)
            == DeliveryStatus::Complete
        {
            self.complete(stamp.publisher as usize, body::due(body).unwrap_or(0));
        }
    }

    fn ack(&mut self, index: usize, number: u32) {
        if self.options.acks && self.check.receive(0, index, number) == DeliveryStatus::Complete {
            self.complete(index, self.due[index][number as usize]);
        }
    }

    fn complete(&mut self, publisher: usize, due: u64) {
        self.idle_publishers.push(publisher);
        if due >= self.window_start {
            let took = self.now().saturating_sub(due);
            self.latencies.push(u32::try_from(took).unwrap_or(u32::MAX));
        }
    }

    #[cold]
    fn control(&mut self, index: usize, payload: &[u8]) {
        use ServerFrame::{Heads, Membership, Ping, Presence, Typing, Unknown, Welcome};
        match serde_json::from_slice(payload) {
            Ok(Welcome { .. }) => self.joined_one(index),
            Ok(Ping { n }) => self.queue_frame(index, &ClientFrame::Pong { n }),
            Ok(Presence { .. } | Heads { .. } | Membership { .. } | Typing { .. } | Unknown) => {}
            Ok(_) | Err(_) => self.refuse(payload),
        }
    }

    /// Records a frame that reports an error, that cannot be parsed, or that replies to no request of the generator.
    pub(super) fn refuse(&mut self, payload: &[u8]) {
        self.refused += 1;
        self.first_error.get_or_insert_with(|| String::from_utf8_lossy(payload).into_owned());
    }
}

fn reason(payload: &[u8]) -> String {
    let code = payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code));
    format!("{code} {}", String::from_utf8_lossy(payload.get(2..).unwrap_or_default()))
}
