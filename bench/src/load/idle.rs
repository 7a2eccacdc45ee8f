//! Measures the memory of idle connections.

use std::time::Duration;

use anyhow::Result;

use super::{Generator, LoadOptions, Report};
use crate::process::{Tree, Usage};

/// Connections that are opened before measuring, so that memory which the server allocates once is not attributed to the others.
const WARMUP_CONNECTIONS: usize = 100;
const QUIET_TIME: Duration = Duration::from_millis(1_500);
const MAX_SAMPLES: usize = 10;

/// Measures the server's memory with a few connections and with all of them.
pub(super) fn run(options: &LoadOptions) -> Result<Report> {
    let server = Tree::new(options.pid);
    let mut generator = Generator::new(options)?;
    generator.join(WARMUP_CONNECTIONS)?;
    let before = settle(&mut generator, &server)?;
    let cpu = server.cpu();
    generator.join(WARMUP_CONNECTIONS + options.connections)?;
    let after = settle(&mut generator, &server)?;
    Ok(Report::from_idle(&generator, &before, &after, server.cpu().saturating_sub(cpu)))
}

/// Waits until no more bytes arrive and the memory changes by less than a thousandth.
fn settle(generator: &mut Generator<'_>, server: &Tree) -> Result<Usage> {
    generator.quiet(QUIET_TIME)?;
    let mut last = server.usage();
    for _ in 0..MAX_SAMPLES {
        generator.quiet(Duration::from_millis(500))?;
        let now = server.usage();
        if now.rss.abs_diff(last.rss) <= now.rss / 1_000 {
            return Ok(now);
        }
        last = now;
    }
    Ok(last)
}
