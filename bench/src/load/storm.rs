//! A reconnect storm: all clients resume at once, and have missed some events.
//!
//! The server has just been started on a log with messages, so its caches are cold, and all clients resume from the same distance
//! behind the head. To the server this looks as if they had been connected before a restart.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use app::protocol::Epoch;

use super::{Generator, LoadOptions, Report};
use crate::process::Tree;

const STORM_TIMEOUT: Duration = Duration::from_secs(120);

/// Resumes with all connections and waits until all have received the newest event.
pub(super) fn run(options: &LoadOptions) -> Result<Report> {
    let server = Tree::new(options.pid);
    let (epoch, head) = current_position(options)?;
    let mut generator = Generator::new(options)?;
    (generator.epoch, generator.resume_head) = (Some(epoch), Some(head));
    let cpu = server.cpu();
    let begun = Instant::now();
    for _ in 0..options.connections {
        generator.connect()?;
    }
    while generator.resumed < options.connections {
        generator.poll_once(Duration::from_millis(50))?;
        if generator.closed > 0 || begun.elapsed() > STORM_TIMEOUT {
            let first_error = generator.first_error.as_deref().unwrap_or("silence");
            bail!("{} of {} are current: {first_error}", generator.resumed, options.connections);
        }
    }
    let took = begun.elapsed();
    Ok(Report::from_storm(&generator, took, server.cpu().saturating_sub(cpu), &server.usage()))
}

/// Returns the topic's epoch and head, with a connection that is closed again.
fn current_position(options: &LoadOptions) -> Result<(Epoch, u64)> {
    let mut generator = Generator::new(options)?;
    generator.join(1)?;
    let head = generator.connections.first().map_or(0, |connection| connection.seq);
    match generator.epoch.take() {
        Some(epoch) if head >= options.missed => Ok((epoch, head)),
        _ => bail!("the log holds {head} events, fewer than --missed"),
    }
}
