//! Opens connections and waits until all receive messages.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use app::protocol::{Position, ServerFrame};

use super::{Generator, connection::Phase};
use crate::dialect::{self, Dialect};

/// Gives up after this long without progress.
const PROGRESS_TIMEOUT: Duration = Duration::from_secs(30);
const PROBE_INTERVAL: Duration = Duration::from_millis(200);
const POLL_TIMEOUT: Duration = Duration::from_millis(50);

impl Generator<'_> {
    /// Opens connections until there are `count`, and waits until all are subscribed.
    pub(super) fn join(&mut self, count: usize) -> Result<()> {
        let mut last = 0;
        let mut progress = Instant::now();
        while self.joined + self.closed < count {
            while self.connections.len() < count && self.pending() < self.options.at_once {
                self.connect()?;
            }
            self.poll_once(POLL_TIMEOUT)?;
            if self.joined > last {
                (last, progress) = (self.joined, Instant::now());
            }
            if progress.elapsed() > PROGRESS_TIMEOUT {
                break;
            }
        }
        if self.joined < count {
            let first_error = self.first_error.as_deref().unwrap_or("no answer");
            bail!("{} of {count} connections were accepted: {first_error}", self.joined);
        }
        Ok(())
    }

    fn pending(&self) -> usize {
        self.connections.len() - self.joined - self.closed
    }

    /// The server accepted the handshake: sends `hello` and the subscriptions.
    pub(super) fn upgraded(&mut self, index: usize) {
        if self.options.dialect != Dialect::V1 {
            return self.open(index);
        }
        self.queue_frame(index, &dialect::hello());
        // The first is `welcome`.
        let mut answers = 1;
        for topic in self.options.subscribed_topics(index) {
            let topic = self.topics[topic].clone();
            self.queue_frame(index, &dialect::subscribe(topic, self.since()));
            answers += 1;
        }
        self.connections[index].phase = Phase::Joining(answers);
    }

    /// Returns the position to resume from, in a storm only.
    fn since(&self) -> Option<Position> {
        let epoch = self.epoch.clone()?;
        let goal = self.resume_head?;
        Some(Position::new(epoch, goal - self.options.missed.min(goal), None))
    }

    pub(super) fn subscribed(&mut self, index: usize, payload: &[u8]) {
        let seq = if let Some(since) = self.since() {
            // Decoding a hundred events for each of thousands of clients would slow down the storm.
            dialect::last_seq(payload).unwrap_or(since.seq)
        } else if let Ok(ServerFrame::Subscribed { epoch, head, .. }) = serde_json::from_slice(payload) {
            self.epoch.get_or_insert(epoch);
            head
        } else {
            return self.refuse(payload);
        };
        self.connections[index].seq = seq;
        self.resumed += usize::from(self.resume_head == Some(seq));
        self.joined_one(index);
    }

    pub(super) fn joined_one(&mut self, index: usize) {
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

    /// Waits until every connection has received a probe.
    pub(super) fn probe_all(&mut self) -> Result<()> {
        let mut begun = Instant::now();
        let mut probed_at = None::<Instant>;
        let mut last = 0;
        while self.probed < self.connections.len() {
            if probed_at.is_none_or(|probed_at| probed_at.elapsed() > PROBE_INTERVAL) {
                self.probe();
                probed_at = Some(Instant::now());
            }
            self.poll_once(POLL_TIMEOUT)?;
            if self.probed > last {
                (last, begun) = (self.probed, Instant::now());
            }
            if begun.elapsed() > PROGRESS_TIMEOUT || self.closed > 0 {
                let first_error = self.first_error.as_deref().unwrap_or("silence");
                bail!(
                    "{} of {} connections receive messages: {first_error}",
                    self.probed,
                    self.connections.len()
                );
            }
        }
        self.quiet(Duration::from_millis(300))
    }

    /// Waits until no bytes have arrived for this long, so that late probes and presence are not measured.
    pub(super) fn quiet(&mut self, silence: Duration) -> Result<()> {
        let begun = Instant::now();
        let mut bytes = self.bytes;
        let mut since = Instant::now();
        while since.elapsed() < silence && begun.elapsed() < PROGRESS_TIMEOUT {
            self.poll_once(POLL_TIMEOUT)?;
            if self.bytes > bytes {
                (bytes, since) = (self.bytes, Instant::now());
            }
        }
        Ok(())
    }
}
