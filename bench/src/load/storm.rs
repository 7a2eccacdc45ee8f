//! Everyone comes back at once, and has missed something.
//!
//! To the server that is the same as clients who were there before it restarted: it is started anew on a log that holds
//! messages, so its memory is cold, and all resume from the same distance behind the head.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::{Generator, Options, Report};
use crate::process::Tree;

const PATIENCE: Duration = Duration::from_secs(120);

/// Resumes with all connections and waits until all are current.
pub(super) fn run(options: &Options) -> Result<Report> {
    let server = Tree::new(options.pid);
    let (epoch, head) = look(options)?;
    let mut generator = Generator::new(options)?;
    (generator.epoch, generator.goal) = (Some(epoch), Some(head));
    let (cpu, begun) = (server.cpu(), Instant::now());
    for _ in 0..options.connections {
        generator.connect()?;
    }
    while generator.at_goal < options.connections {
        generator.turn(Duration::from_millis(50))?;
        if generator.closed > 0 || begun.elapsed() > PATIENCE {
            let trouble = generator.trouble.as_deref().unwrap_or("silence");
            bail!("{} of {} are current: {trouble}", generator.at_goal, options.connections);
        }
    }
    let took = begun.elapsed();
    Ok(Report::of_storm(&generator, took, server.cpu().saturating_sub(cpu), &server.usage()))
}

/// Where the topic is, of one connection that goes again.
fn look(options: &Options) -> Result<(String, u64)> {
    let mut generator = Generator::new(options)?;
    generator.join(1)?;
    let head = generator.connections.first().map_or(0, |connection| connection.seq);
    match generator.epoch.take() {
        Some(epoch) if head >= options.missed => Ok((epoch, head)),
        _ => bail!("the log holds {head} events, which is less than are to be missed"),
    }
}
