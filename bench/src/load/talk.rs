//! Messages, measured.

use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::time::{ClockId, clock_gettime};

use super::{Generator, Options, Report, pace::Pace};
use crate::process::{self, Tree};

/// Where all counters stood at one moment.
pub(super) struct Moment {
    at: Instant,
    server: Duration,
    own: Duration,
    machine: Duration,
    heard: u64,
    said: u64,
    reads: u64,
}

/// What a window held.
pub(super) struct Window {
    pub(super) seconds: f64,
    pub(super) server: f64,
    pub(super) own: f64,
    /// What all else on the machine used.
    pub(super) others: f64,
    pub(super) deliveries: u64,
    pub(super) messages: u64,
    pub(super) reads: u64,
}

/// Connects, warms up, measures, and waits for the rest.
pub(super) fn run(options: &Options) -> Result<Report> {
    let server = Tree::new(options.pid);
    let mut generator = Generator::new(options)?;
    generator.join(options.connections)?;
    if !options.acks {
        generator.probe_all()?;
    }
    let mut pace = Pace::new(options, generator.now());
    generator.begin(&pace)?;
    generator.talk(&mut pace, options.warmup, None)?;
    generator.from = generator.now();
    let before = Moment::now(&generator, &server);
    generator.talk(&mut pace, options.seconds, options.messages)?;
    let window = Moment::now(&generator, &server).since(&before);
    let usage = server.usage();
    generator.drain()?;
    if let Some(file) = &options.latencies {
        let lines: String = generator.latencies.iter().map(|took| format!("{took}\n")).collect();
        std::fs::write(file, lines)?;
    }
    Ok(Report::of_talk(&mut generator, &window, &usage))
}

impl Generator<'_> {
    fn begin(&mut self, pace: &Pace) -> Result<()> {
        if let Pace::Open { every, .. } = pace {
            return self.wake_every(Duration::from_secs_f64(every / 1e6));
        }
        let all = (0..self.options.publishers).cycle();
        self.free.extend(all.take(self.options.publishers * self.options.outstanding));
        Ok(())
    }

    /// Publishes as the pace says for a while, or until so many messages are said.
    fn talk(&mut self, pace: &mut Pace, seconds: f64, messages: Option<u64>) -> Result<()> {
        let until = self.now() + (seconds * 1e6) as u64;
        let limit = messages.map_or(u64::MAX, |messages| self.check.said() + messages);
        loop {
            let now = self.now();
            if now >= until || self.check.said() >= limit {
                return Ok(());
            }
            self.publish_due(pace, now, limit);
            self.turn(Duration::from_micros(until - now))?;
        }
    }

    fn publish_due(&mut self, pace: &mut Pace, now: u64, limit: u64) {
        while let Some((count, due)) = pace.due(now) {
            self.free.clear();
            self.publish((count % self.options.publishers as u64) as usize, due);
        }
        if matches!(pace, Pace::Closed) {
            while self.check.said() < limit
                && let Some(publisher) = self.free.pop()
            {
                self.publish(publisher, now);
            }
        }
    }

    /// Waits for what is under way.
    fn drain(&mut self) -> Result<()> {
        let until = Instant::now() + Duration::from_secs_f64(self.options.drain);
        while self.check.open() > 0 && Instant::now() < until {
            self.turn(Duration::from_millis(50))?;
        }
        Ok(())
    }
}

impl Moment {
    fn now(generator: &Generator<'_>, server: &Tree) -> Self {
        let own = clock_gettime(ClockId::ProcessCPUTime);
        Self {
            server: server.cpu(),
            own: Duration::new(own.tv_sec as u64, own.tv_nsec as u32),
            machine: process::machine(),
            heard: generator.check.heard(),
            said: generator.check.said(),
            reads: generator.reads,
            at: Instant::now(),
        }
    }

    fn since(&self, before: &Self) -> Window {
        let [server, own, machine] =
            [(self.server, before.server), (self.own, before.own), (self.machine, before.machine)]
                .map(|(now, before)| now.saturating_sub(before).as_secs_f64());
        Window {
            seconds: (self.at - before.at).as_secs_f64(),
            server,
            own,
            others: (machine - server - own).max(0.0),
            deliveries: self.heard - before.heard,
            messages: self.said - before.said,
            reads: self.reads - before.reads,
        }
    }
}
