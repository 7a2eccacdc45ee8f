//! From nothing to connections that all hear.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::{Generator, Mode, connection::Phase};
use crate::wire::TEXT;

/// Without any progress for this long, it will not come.
const PATIENCE: Duration = Duration::from_secs(30);
const PROBE_AGAIN: Duration = Duration::from_millis(200);
const A_MOMENT: Duration = Duration::from_millis(50);

impl Generator<'_> {
    /// Opens connections until there are `count`, and waits until all are subscribed.
    pub(super) fn join(&mut self, count: usize) -> Result<()> {
        let (mut last, mut progress) = (0, Instant::now());
        while self.joined + self.closed < count {
            while self.connections.len() < count && self.under_way() < self.options.at_once {
                self.connect()?;
            }
            self.turn(A_MOMENT)?;
            if self.joined > last {
                (last, progress) = (self.joined, Instant::now());
            }
            if progress.elapsed() > PATIENCE {
                break;
            }
        }
        if self.joined < count {
            let trouble = self.trouble.as_deref().unwrap_or("no answer");
            bail!("{} of {count} connections came in: {trouble}", self.joined);
        }
        Ok(())
    }

    fn under_way(&self) -> usize {
        self.connections.len() - self.joined - self.closed
    }

    /// The server lets a connection in: says what it is to hear.
    pub(super) fn let_in(&mut self, index: usize) {
        let Some(greeting) = self.options.dialect.greeting() else { return self.open(index) };
        let wanted = if self.options.acks { 0 } else { self.options.subscriptions };
        // One more for the greeting's answer.
        self.connections[index].phase = Phase::Joining(wanted as u32 + 1);
        self.queue(index, TEXT, greeting.as_bytes());
        for number in 0..wanted {
            let topic = self.options.topic(index * wanted + number);
            let since = self.since();
            let since = since.as_ref().map(|(epoch, seq)| (epoch.as_str(), *seq));
            if let Some(subscribe) = self.options.dialect.subscribe(&topic, since) {
                self.queue(index, TEXT, subscribe.as_bytes());
            }
        }
    }

    /// Where to go on from: in a storm, once the first connection has said where the topic is.
    fn since(&self) -> Option<(String, u64)> {
        let (epoch, goal) = (self.epoch.clone()?, self.goal?);
        Some((epoch, goal - self.options.missed.min(goal)))
    }

    /// The server has greeted a connection.
    pub(super) fn welcome(&mut self, index: usize) {
        self.one_of(index);
    }

    /// A subscription of a connection has begun.
    pub(super) fn subscribed(&mut self, index: usize, head: u64, payload: &[u8]) {
        let resumed = self.since().filter(|_| self.options.mode == Mode::Storm);
        let seq = resumed.map_or(head, |(_, since)| last_seq(payload).unwrap_or(since));
        self.connections[index].seq = seq;
        self.at_goal += usize::from(self.goal == Some(seq));
        self.one_of(index);
    }

    fn one_of(&mut self, index: usize) {
        match self.connections[index].phase {
            Phase::Joining(1) => self.open(index),
            Phase::Joining(more) => self.connections[index].phase = Phase::Joining(more - 1),
            _ => {}
        }
    }

    fn open(&mut self, index: usize) {
        self.connections[index].phase = Phase::Open;
        self.joined += 1;
    }

    /// Waits until every connection hears what the first one says.
    pub(super) fn probe_all(&mut self) -> Result<()> {
        let mut begun = Instant::now();
        let (mut said, mut last) = (None::<Instant>, 0);
        while self.probed < self.connections.len() {
            if said.is_none_or(|said| said.elapsed() > PROBE_AGAIN) {
                self.probe();
                said = Some(Instant::now());
            }
            self.turn(A_MOMENT)?;
            if self.probed > last {
                (last, begun) = (self.probed, Instant::now());
            }
            if begun.elapsed() > PATIENCE || self.closed > 0 {
                let trouble = self.trouble.as_deref().unwrap_or("silence");
                bail!("{} of {} connections hear: {trouble}", self.probed, self.connections.len());
            }
        }
        self.quiet(Duration::from_millis(300))
    }

    /// Waits until nothing has come for that long: late probes, joins being told.
    pub(super) fn quiet(&mut self, silence: Duration) -> Result<()> {
        let begun = Instant::now();
        let (mut bytes, mut since) = (self.bytes, Instant::now());
        while since.elapsed() < silence && begun.elapsed() < PATIENCE {
            self.turn(A_MOMENT)?;
            if self.bytes > bytes {
                (bytes, since) = (self.bytes, Instant::now());
            }
        }
        Ok(())
    }
}

/// The `seq` of the last event in a `subscribed` frame.
fn last_seq(payload: &[u8]) -> Option<u64> {
    let mark = b"\"seq\":";
    let digits = &payload[memchr::memmem::rfind(payload, mark)? + mark.len()..];
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&digits[..count]).ok()?.parse().ok()
}
