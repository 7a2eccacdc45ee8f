//! Several nodes on one PostgreSQL database: how soon a message is received on another node, how publishing and fan-out grow with
//! nodes, and what PostgreSQL and NATS do alone on the same machine.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use testing::{Postgres, find_postgres};

use super::{
    bounds::{self, Nats},
    commands,
    options::{Hints, Options},
    running_server::RunningServer,
    scenarios::split,
    table::{Table, cell, digits, ms, short},
};
use crate::{dialect::Dialect::V1, load::Report, process::Tree, stats::median};

/// The sizes of a cluster for which publishing is measured.
const NODES: [usize; 3] = [1, 2, 3];
/// Listeners of one topic: a third of them on each of three nodes.
const LISTENERS: u32 = 1_002;
const PUBLISHERS: u32 = 96;
const TOPICS: u32 = 24;
const ROWS_PER_BATCH: u32 = 64;

/// Nodes on a database of their own.
struct Cluster<'a> {
    postgres: &'a Postgres,
    nodes: Vec<RunningServer>,
}

impl<'a> Cluster<'a> {
    fn start(options: &Options, postgres: &'a Postgres, count: usize, hints: &str) -> Result<Self> {
        let database = postgres.database();
        let start = |_| {
            let mut command = commands::chorus_on(&options.chorus, database.url())?;
            command.args(["--hints", hints]);
            RunningServer::start(command)
        };
        Ok(Self { postgres, nodes: (0..count).map(start).collect::<Result<_>>()? })
    }

    /// Runs the load generator, whose connections go round the nodes.
    fn load(&self, arguments: &str) -> Result<Report> {
        let [first, others @ ..] = self.nodes.as_slice() else { bail!("no nodes") };
        let mut arguments = split(arguments);
        for node in others {
            arguments.extend(["--also".to_owned(), node.address().to_owned()]);
        }
        let parts = others.iter().map(RunningServer::tree).chain([Tree::new(self.postgres.pid())]);
        for part in parts {
            arguments.extend(["--parts".to_owned(), part.root().to_string()]);
        }
        first.load(V1, &arguments)
    }
}

/// Measures a cluster `options.rounds` times, each time on a new one.
fn reports(
    options: &Options,
    postgres: &Postgres,
    (nodes, hints): (usize, &str),
    arguments: &str,
    failed: &mut Vec<String>,
) -> Result<Vec<Report>> {
    let measure = |_| {
        eprintln!("--> {nodes} nodes, {hints}: {arguments}");
        let report = Cluster::start(options, postgres, nodes, hints)?.load(arguments)?;
        if !report.is_sound() {
            failed.push(format!("{nodes} nodes, {hints}: {report}"));
        }
        Ok(report)
    };
    (0..options.rounds).map(measure).collect()
}

/// Measures this part and returns it as Markdown. Runs that were not sound are added to `failed`.
pub fn section(options: &Options, failed: &mut Vec<String>) -> Result<String> {
    find_postgres().context("PostgreSQL is not installed")?;
    let postgres = Postgres::start_durable();
    let nats = Nats::start();
    let mut table = Table::new(&[
        "measured",
        "p50",
        "p99",
        "a second",
        "nodes' CPU",
        "PostgreSQL's CPU",
        "generator's CPU",
    ]);
    measure_delivery(options, &postgres, nats.as_ref(), &mut table, failed)?;
    measure_publishing(options, &postgres, &mut table, failed)?;
    measure_listeners(options, &postgres, &mut table, failed)?;
    let nats = if nats.is_some() { "" } else { " NATS is not installed." };
    let text = format!(
        "PostgreSQL with fsync, nodes and load generator on this one machine; messages of 128 bytes; medians of {} rounds of {} s. CPU is \
         in cores, that of the nodes one by one. *Received*: from sending until a subscriber on that node has the message. *Published*: {PUBLISHERS} \
         clients with up to 8 messages under way, in {TOPICS} topics, complete with the ack. *Listeners*: 100 messages a second in one \
         topic, complete when all have it. *PostgreSQL alone*: `pgbench`, rows of 128 bytes; each node has one connection that \
         commits. *NATS alone*: one publisher and one subscriber, one message under way.{nats}",
        options.rounds, options.seconds
    );
    Ok(format!("{text}\n\n{}", table.markdown()))
}

fn measure_delivery(
    options: &Options,
    postgres: &Postgres,
    nats: Option<&Nats>,
    table: &mut Table,
    failed: &mut Vec<String>,
) -> Result<()> {
    let arguments = |rate: f64| format!("--connections 2 --publishers 1 --rate {rate} {}", times(options));
    let same = reports(options, postgres, (1, "none"), &arguments(50.0), failed)?;
    table.row(row("received on the same node", &same, 50.0));
    for hints in &options.hints {
        let (title, hints, rate) = match (hints, nats) {
            (Hints::Notify, _) => ("received on another node, `LISTEN`/`NOTIFY`", "notify".to_owned(), 50.0),
            (Hints::None, _) => ("received on another node, by the poll alone", "none".to_owned(), 5.0),
            (Hints::Nats, Some(nats)) => ("received on another node, NATS", nats.url(), 50.0),
            (Hints::Nats, None) => continue,
        };
        match reports(options, postgres, (2, &hints), &arguments(rate), failed) {
            Ok(reports) => table.row(row(title, &reports, rate)),
            Err(error) => failed.push(format!("{title}: {error:#}")),
        }
    }
    if let Some(nats) = nats {
        let alone = nats.round_trips(Duration::from_secs_f64(options.seconds))?;
        let mut cells =
            vec!["NATS alone".to_owned(), ms(alone.p50_ms), ms(alone.p99_ms), short(alone.per_second)];
        cells.extend(["–"; 3].map(str::to_owned));
        table.row(cells);
    }
    Ok(())
}

fn measure_publishing(
    options: &Options,
    postgres: &Postgres,
    table: &mut Table,
    failed: &mut Vec<String>,
) -> Result<()> {
    let arguments = format!(
        "--acks --connections {PUBLISHERS} --publishers {PUBLISHERS} --topics {TOPICS} {}",
        times(options)
    );
    for nodes in NODES {
        let reports = reports(options, postgres, (nodes, "notify"), &arguments, failed)?;
        let per_second = of(&reports, |report| report.messages as f64 / report.seconds);
        table.row(row(&format!("published, {}", count(nodes)), &reports, per_second));
    }
    let seconds = options.seconds.ceil() as u32;
    for connections in NODES {
        let per_second = bounds::inserts_per_second(postgres, connections, 1, seconds)?;
        table.row(bound(
            &format!("PostgreSQL alone: a row a transaction, connections: {connections}"),
            per_second,
        ));
    }
    for connections in NODES {
        let per_second = bounds::inserts_per_second(postgres, connections, ROWS_PER_BATCH, seconds)?;
        let title = format!(
            "PostgreSQL alone: {ROWS_PER_BATCH} rows a transaction, connections: {connections}; rows"
        );
        table.row(bound(&title, per_second));
    }
    Ok(())
}

fn measure_listeners(
    options: &Options,
    postgres: &Postgres,
    table: &mut Table,
    failed: &mut Vec<String>,
) -> Result<()> {
    let arguments = format!("--connections {LISTENERS} --publishers 3 --rate 100 {}", times(options));
    for nodes in [1, 3] {
        let reports = reports(options, postgres, (nodes, "notify"), &arguments, failed)?;
        let title = format!("{LISTENERS} listeners, {}; deliveries", count(nodes));
        table.row(row(&title, &reports, of(&reports, |report| report.deliveries_per_second)));
    }
    Ok(())
}

fn times(options: &Options) -> String {
    format!("--warmup {} --seconds {}", options.warmup, options.seconds)
}

fn count(nodes: usize) -> String {
    if nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") }
}

fn of(reports: &[Report], figure: impl Fn(&Report) -> f64) -> f64 {
    median(&reports.iter().map(figure).collect::<Vec<_>>()).unwrap_or_default()
}

fn row(title: &str, reports: &[Report], per_second: f64) -> Vec<String> {
    let share = |cpu: f64, report: &Report| cpu / report.seconds;
    let parts = reports.first().map_or(0, |report| report.parts_cpu_s.len());
    // The last part is PostgreSQL.
    let part = |index: usize| {
        of(reports, |report| share(report.parts_cpu_s.get(index).copied().unwrap_or_default(), report))
    };
    let first = of(reports, |report| share(report.server_cpu_s, report));
    let nodes: Vec<_> =
        std::iter::once(first).chain((1..parts).map(|index| part(index - 1))).map(digits).collect();
    vec![
        title.to_owned(),
        ms(of(reports, |report| report.p50_ms)),
        ms(of(reports, |report| report.p99_ms)),
        short(per_second),
        nodes.join(" + "),
        cell(parts.checked_sub(1).map(part), digits),
        digits(of(reports, |report| report.generator_share)),
    ]
}

fn bound(title: &str, per_second: f64) -> Vec<String> {
    let mut cells = vec![title.to_owned(), "–".to_owned(), "–".to_owned(), short(per_second)];
    cells.extend(["–"; 3].map(str::to_owned));
    cells
}
