//! Chorus alone: all clients reconnect at once after a restart.

use anyhow::{Context, Result};

use super::{
    options::Options,
    running_server::Chorus,
    scenarios::split,
    table::{Table, digits, whole},
};
use crate::{dialect::Dialect::V1, load::Report, stats::median};

const CLIENTS: [u32; 2] = [1_000, 10_000];
const MISSED_EVENTS: u32 = 100;

/// Measures this part and returns it as Markdown. Runs that were not sound are added to `failed`.
pub fn section(options: &Options, failed: &mut Vec<String>) -> Result<String> {
    let mut table = Table::new(&[
        "clients",
        "all are current after",
        "server CPU",
        "CPU µs a client",
        "memory at the end",
        "most memory",
    ]);
    for clients in CLIENTS {
        let reports =
            (0..options.rounds).map(|_| storm(options, clients, failed)).collect::<Result<Vec<_>>>()?;
        let of = |figure: fn(&Report) -> f64| median(&reports.iter().map(figure).collect::<Vec<_>>());
        let cpu = of(|report| report.server_cpu_s).context("no rounds")?;
        let mib = |kib: Option<f64>| format!("{:.1} MiB", kib.unwrap_or_default() / 1024.0);
        table.row(vec![
            whole(f64::from(clients)),
            format!("{} s", digits(of(|report| report.seconds).unwrap_or_default())),
            format!("{} s", digits(cpu)),
            digits(cpu * 1e6 / f64::from(clients)),
            mib(of(|report| report.rss_kib as f64)),
            mib(of(|report| report.peak_kib as f64)),
        ]);
    }
    let text = format!(
        "Chorus is started anew on a log of 1,000 messages of 128 bytes, and all clients connect at the same moment and resume \
         one topic, {MISSED_EVENTS} events behind its head. Time from the first connect until the last client has the newest event, \
         every event in order; medians of {} rounds.",
        options.rounds
    );
    Ok(format!("{text}\n\n{}", table.markdown()))
}

fn storm(options: &Options, clients: u32, failed: &mut Vec<String>) -> Result<Report> {
    eprintln!("--> storm of {clients} clients");
    let folder = tempfile::tempdir()?;
    let before = Chorus::on(options, folder.path())?;
    let messages = "--acks --connections 1 --publishers 1 --warmup 0 --seconds 60 --messages 1000";
    before.load(V1, &split(messages))?;
    before.stop()?;
    let after = Chorus::on(options, folder.path())?;
    let report =
        after.load(V1, &split(&format!("--mode storm --connections {clients} --missed {MISSED_EVENTS}")))?;
    if !report.is_sound() {
        failed.push(format!("storm of {clients}: {report}"));
    }
    Ok(report)
}
