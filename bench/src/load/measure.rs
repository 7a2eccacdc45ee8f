//! Publishes messages and measures them.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rustix::time::{ClockId, clock_gettime};

use super::{Generator, LoadOptions, Report, schedule::Schedule};
use crate::process::{self, Tree};

/// All counters at one moment.
pub(super) struct Snapshot {
    at: Instant,
    server: Duration,
    parts: Vec<Duration>,
    own: Duration,
    machine: Duration,
    received: u64,
    published: u64,
    reads: u64,
}

/// The differences of all counters over the measuring window.
pub(super) struct Window {
    pub(super) seconds: f64,
    pub(super) server: f64,
    /// CPU seconds of the processes of `--parts`.
    pub(super) parts: Vec<f64>,
    pub(super) own: f64,
    /// CPU seconds of all other processes on the machine.
    pub(super) others: f64,
    pub(super) deliveries: u64,
    pub(super) messages: u64,
    pub(super) reads: u64,
}

/// Connects, warms up, measures, and waits for the outstanding messages.
pub(super) fn run(options: &LoadOptions) -> Result<Report> {
    ensure!(
        options.receivers().iter().all(|receivers| *receivers > 0),
        "a publisher's topic has no subscriber: raise --connections or --subscriptions"
    );
    let server = Tree::new(options.pid);
    let mut generator = Generator::new(options)?;
    generator.join(options.connections)?;
    if !options.acks {
        generator.probe_all()?;
    }
    let mut schedule = Schedule::new(options, generator.now());
    generator.begin(&schedule)?;
    generator.talk(&mut schedule, options.warmup, None)?;
    generator.window_start = generator.now();
    let before = Snapshot::now(&generator, &server);
    generator.talk(&mut schedule, options.seconds, options.messages)?;
    let window = Snapshot::now(&generator, &server).since(&before);
    let usage = server.usage();
    generator.drain()?;
    if let Some(file) = &options.latencies {
        let lines: String = generator.latencies.iter().map(|took| format!("{took}\n")).collect();
        std::fs::write(file, lines)?;
    }
    Ok(Report::from_talk(&mut generator, &window, &usage))
}

impl Generator<'_> {
    fn begin(&mut self, schedule: &Schedule) -> Result<()> {
        if let Schedule::Open { every, .. } = schedule {
            return self.wake_every(Duration::from_secs_f64(every / 1e6));
        }
        let all = (0..self.options.publishers).cycle();
        self.idle_publishers.extend(all.take(self.options.publishers * self.options.outstanding));
        Ok(())
    }

    /// Publishes on schedule for some seconds, or until this many messages are published.
    fn talk(&mut self, schedule: &mut Schedule, seconds: f64, messages: Option<u64>) -> Result<()> {
        let until = self.now() + (seconds * 1e6) as u64;
        let limit = messages.map_or(u64::MAX, |messages| self.check.published() + messages);
        loop {
            let now = self.now();
            if now >= until || self.check.published() >= limit {
                return Ok(());
            }
            self.publish_due(schedule, now, limit);
            self.poll_once(Duration::from_micros(until - now))?;
        }
    }

    fn publish_due(&mut self, schedule: &mut Schedule, now: u64, limit: u64) {
        while let Some((count, due)) = schedule.due(now) {
            self.idle_publishers.clear();
            self.publish((count % self.options.publishers as u64) as usize, due);
        }
        if matches!(schedule, Schedule::Closed) {
            while self.check.published() < limit
                && let Some(publisher) = self.idle_publishers.pop()
            {
                self.publish(publisher, now);
            }
        }
    }

    /// Waits for outstanding messages, at most for `--drain` seconds.
    fn drain(&mut self) -> Result<()> {
        let until = Instant::now() + Duration::from_secs_f64(self.options.drain);
        while self.check.open() > 0 && Instant::now() < until {
            self.poll_once(Duration::from_millis(50))?;
        }
        Ok(())
    }
}

impl Snapshot {
    fn now(generator: &Generator<'_>, server: &Tree) -> Self {
        let own = clock_gettime(ClockId::ProcessCPUTime);
        Self {
            server: server.cpu(),
            parts: generator.options.parts.iter().map(|part| Tree::new(*part).cpu()).collect(),
            own: Duration::new(own.tv_sec as u64, own.tv_nsec as u32),
            machine: process::machine_cpu(),
            received: generator.check.received(),
            published: generator.check.published(),
            reads: generator.reads,
            at: Instant::now(),
        }
    }

    fn since(&self, before: &Self) -> Window {
        let [server, own, machine] =
            [(self.server, before.server), (self.own, before.own), (self.machine, before.machine)]
                .map(|(now, before)| now.saturating_sub(before).as_secs_f64());
        let parts = self.parts.iter().zip(&before.parts);
        let parts: Vec<_> = parts.map(|(now, before)| now.saturating_sub(*before).as_secs_f64()).collect();
        Window {
            seconds: (self.at - before.at).as_secs_f64(),
            server,
            own,
            others: (machine - server - own - parts.iter().sum::<f64>()).max(0.0),
            parts,
            deliveries: self.received - before.received,
            messages: self.published - before.published,
            reads: self.reads - before.reads,
        }
    }
}
