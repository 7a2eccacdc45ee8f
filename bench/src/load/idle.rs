//! What connections weigh that say nothing.

use std::time::Duration;

use anyhow::Result;

use super::{Generator, Options, Report};
use crate::process::{Tree, Usage};

/// Opened before weighing begins, so that what a server loads for its first connections is not taken for theirs.
const FIRST: usize = 100;
const SILENCE: Duration = Duration::from_millis(1_500);
const WEIGHINGS: usize = 10;

/// Weighs the server with a few connections, and with all.
pub(super) fn run(options: &Options) -> Result<Report> {
    let server = Tree::new(options.pid);
    let mut generator = Generator::new(options)?;
    generator.join(FIRST)?;
    let before = settle(&mut generator, &server)?;
    let cpu = server.cpu();
    generator.join(FIRST + options.connections)?;
    let after = settle(&mut generator, &server)?;
    Ok(Report::of_idle(&generator, &before, &after, server.cpu().saturating_sub(cpu)))
}

/// Waits until nothing comes any more and the weight stands still, within a thousandth.
fn settle(generator: &mut Generator<'_>, server: &Tree) -> Result<Usage> {
    generator.quiet(SILENCE)?;
    let mut last = server.usage();
    for _ in 0..WEIGHINGS {
        generator.quiet(Duration::from_millis(500))?;
        let now = server.usage();
        if now.rss.abs_diff(last.rss) <= now.rss / 1_000 {
            return Ok(now);
        }
        last = now;
    }
    Ok(last)
}
