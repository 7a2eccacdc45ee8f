//! Chorus alone: how its cost grows with the numbers of subscribers, topics and connections.

use anyhow::Result;

use super::{
    options::Options,
    running_server::Chorus,
    scenarios::split,
    table::{Table, digits, ms, short, whole},
};
use crate::{dialect::Dialect::V1, load::Report};

/// Measures this part and returns it as Markdown. Runs that were not sound are added to `failed`.
pub fn section(options: &Options, failed: &mut Vec<String>) -> Result<String> {
    let parts = [
        "Chorus alone, `chorus.v1`, SQLite, default settings; each line once, on a server of its own.".to_owned(),
        "One publisher with 8 messages outstanding; subscribers of one topic:".to_owned(),
        deliveries(options, failed)?,
        "Ten publishers with 8 messages outstanding each, who go round the topics, which are there already; a message is \
         done with its ack:"
            .to_owned(),
        publishes(options, failed)?,
        "Memory of connections that say nothing, each subscribed to a number of 1,000 topics, and of topics that were \
         written in once:"
            .to_owned(),
        connections(options, failed)?,
        topics(options, failed)?,
    ];
    Ok(parts.join("\n\n"))
}

fn load(chorus: &Chorus, words: &str, failed: &mut Vec<String>) -> Result<Report> {
    eprintln!("--> growth: {words}");
    let report = chorus.server.load(V1, &split(words))?;
    if !report.is_sound() {
        failed.push(format!("growth, {words}: {report}"));
    }
    Ok(report)
}

fn deliveries(options: &Options, failed: &mut Vec<String>) -> Result<String> {
    let mut table = Table::new(&["subscribers", "deliveries/s", "server CPU µs a delivery", "p50", "p99"]);
    for subscribers in [10, 100, 1_000, 10_000] {
        let chorus = Chorus::start(options)?;
        let words =
            format!("--connections {subscribers} --publishers 1 --warmup 1 --seconds {}", options.seconds);
        let report = load(&chorus, &words, failed)?;
        table.row(vec![
            whole(f64::from(subscribers)),
            short(report.deliveries_per_second),
            digits(report.server_cpu_s_per_million),
            ms(report.p50_ms),
            ms(report.p99_ms),
        ]);
    }
    Ok(table.markdown())
}

/// Options of a load without subscribers, measured by its acks.
fn acks(topics: u32) -> String {
    format!("--acks --connections 10 --publishers 10 --topics {topics}")
}

fn publishes(options: &Options, failed: &mut Vec<String>) -> Result<String> {
    let mut table = Table::new(&["topics", "publishes/s", "server CPU µs a publish", "p50", "p99"]);
    for topics in [1, 10, 100, 1_000, 10_000] {
        let chorus = Chorus::start(options)?;
        let acks = acks(topics);
        load(&chorus, &format!("{acks} --warmup 0 --seconds 120 --messages {}", topics.max(1_000)), failed)?;
        let report = load(&chorus, &format!("{acks} --warmup 1 --seconds {}", options.seconds), failed)?;
        table.row(vec![
            whole(f64::from(topics)),
            short(report.deliveries_per_second),
            digits(report.server_cpu_s_per_million),
            ms(report.p50_ms),
            ms(report.p99_ms),
        ]);
    }
    Ok(table.markdown())
}

fn connections(options: &Options, failed: &mut Vec<String>) -> Result<String> {
    let mut table =
        Table::new(&["connections", "topics each", "bytes a connection", "server CPU µs a subscription"]);
    for (connections, each) in [(1_000, 1), (10_000, 1), (1_000, 20), (10_000, 20)] {
        let chorus = Chorus::start(options)?;
        let words = format!("--mode idle --connections {connections} --subscriptions {each} --topics 1000");
        let report = load(&chorus, &words, failed)?;
        table.row(vec![
            whole(f64::from(connections)),
            each.to_string(),
            whole(report.bytes_per_connection),
            digits(report.server_cpu_s * 1e6 / f64::from(connections * each)),
        ]);
    }
    Ok(table.markdown())
}

fn topics(options: &Options, failed: &mut Vec<String>) -> Result<String> {
    let mut table = Table::new(&["topics", "memory before", "memory after", "bytes a topic"]);
    for topics in [1_000, 10_000, 100_000] {
        let chorus = Chorus::start(options)?;
        // A load before, so that memory which storing allocates once is not attributed to the topics.
        load(&chorus, &format!("{} --warmup 0 --seconds 60 --messages 10000", acks(1)), failed)?;
        let before = chorus.server.tree().usage().rss;
        load(&chorus, &format!("{} --warmup 0 --seconds 300 --messages {topics}", acks(topics)), failed)?;
        let after = chorus.server.tree().usage().rss;
        let mib = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
        let each = after.saturating_sub(before) as f64 * 1024.0 / f64::from(topics);
        table.row(vec![whole(f64::from(topics)), mib(before), mib(after), whole(each)]);
    }
    Ok(table.markdown())
}
