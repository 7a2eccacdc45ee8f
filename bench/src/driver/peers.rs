//! The tables that compare Chorus with its peers.

use super::{
    options::Options,
    rounds::Rounds,
    scenarios::Scenario::{self, A, B, C32, C100, D},
    servers::Server,
    table::{Table, cell, digits, ms, short, whole},
};
use crate::load::Report;

type Figure = fn(&Report) -> f64;

const CPU_PER_MILLION: Figure = |report| report.server_cpu_s_per_million;
const P99: Figure = |report| report.p99_ms;
const DELIVERIES_PER_SECOND: Figure = |report| report.deliveries_per_second;
const BYTES_PER_CONNECTION: Figure = |report| report.bytes_per_connection;

/// A column of the first table and of the table of ratios.
struct Column {
    title: &'static str,
    scenario: Scenario,
    figure: Figure,
    write: fn(f64) -> String,
}

const fn column(title: &'static str, scenario: Scenario, figure: Figure, write: fn(f64) -> String) -> Column {
    Column { title, scenario, figure, write }
}

const COLUMNS: [Column; 6] = [
    column("A: CPU s / million deliveries", A, CPU_PER_MILLION, digits),
    column("A: p99", A, P99, ms),
    column("B: deliveries/s", B, DELIVERIES_PER_SECOND, short),
    column("C32", C32, DELIVERIES_PER_SECOND, short),
    column("C100", C100, DELIVERIES_PER_SECOND, short),
    column("D: bytes a connection", D, BYTES_PER_CONNECTION, whole),
];

/// Returns this part as Markdown.
pub fn section(options: &Options, rounds: &Rounds) -> String {
    let mut parts = vec![
        Scenario::MEANING.to_owned(),
        format!("Medians of {} rounds, servers in turn, {} s measured each time.", options.rounds, options.seconds),
        figures(rounds),
        "How many times Bun, and how many times the limit (more is better in B and C, less in A and D):".to_owned(),
        ratios(rounds),
        "Beside that: messages a read of the generator's brought; the generator's own share of a core (from 90 % on, marked \
         with !, the generator may have been the limit); the server's memory at the end."
            .to_owned(),
        details(rounds),
        format!(
            "Something else on the machine used at most {:.0} % of a core during a run.",
            rounds.disturbance() * 100.0
        ),
    ];
    parts.extend(
        rounds.skipped.iter().map(|(server, why)| format!("Not measured: {} ({why}).", server.title())),
    );
    parts.extend(rounds.failed.iter().map(|failed| format!("Broken off: {failed}.")));
    parts.join("\n\n").replace("\n\n\n", "\n\n")
}

/// Returns the columns of the scenarios that were measured.
fn columns(rounds: &Rounds) -> Vec<Column> {
    COLUMNS.into_iter().filter(|column| rounds.has(column.scenario)).collect()
}

fn figures(rounds: &Rounds) -> String {
    let columns = columns(rounds);
    let mut head = vec!["server"];
    head.extend(columns.iter().map(|column| column.title));
    head.push("lost, doubled, out of order");
    let mut table = Table::new(&head);
    for server in rounds.servers() {
        let mut row = vec![server.title().to_owned()];
        let figure =
            |column: &Column| cell(rounds.median(server, column.scenario, column.figure), column.write);
        row.extend(columns.iter().map(figure));
        row.push(faults(rounds, server));
        table.row(row);
    }
    table.markdown()
}

/// Sums the faults of all rounds, since a median would hide them.
fn faults(rounds: &Rounds, server: Server) -> String {
    let sum = |figure: fn(&Report) -> u64| rounds.all_of(server).map(figure).sum::<u64>();
    let orders = rounds.all_of(server).filter(|report| !report.one_order).count();
    let order = sum(|report| report.out_of_order + report.seq_breaks);
    let closed = sum(|report| report.closed as u64);
    let mut text = format!("{}, {}, {order}", sum(|report| report.lost), sum(|report| report.duplicates));
    if closed > 0 {
        text += &format!("; {closed} connections ended");
    }
    if orders > 0 {
        text += &format!("; receivers' orders differ in {orders} runs");
    }
    text
}

fn ratios(rounds: &Rounds) -> String {
    let columns = columns(rounds);
    let mut head = vec!["server".to_owned()];
    for Column { title, .. } in &columns {
        let name = title.split('/').next().unwrap_or(title).trim();
        head.extend([format!("{name} ÷ Bun"), "÷ limit".to_owned()]);
    }
    let mut table = Table::new(&head.iter().map(String::as_str).collect::<Vec<_>>());
    for server in rounds.servers() {
        let mut row = vec![server.title().to_owned()];
        for Column { scenario, figure, .. } in &columns {
            for other in [Server::Bun, Server::Limit] {
                let own = rounds.median(server, *scenario, figure);
                let ratio = own.zip(rounds.median(other, *scenario, figure)).map(|(own, other)| own / other);
                row.push(cell(ratio, digits));
            }
        }
        table.row(row);
    }
    table.markdown()
}

fn details(rounds: &Rounds) -> String {
    let mut table = Table::new(&[
        "scenario, server",
        "CPU s / million",
        "p50",
        "p99",
        "longest",
        "messages a read",
        "generator",
        "MiB",
    ]);
    let talks = [A, B, C32, C100].into_iter().filter(|scenario| rounds.has(*scenario));
    for scenario in talks {
        for server in rounds.servers() {
            let median = |figure: Figure| rounds.median(server, scenario, figure);
            table.row(vec![
                format!("{scenario:?}, {}", server.title()),
                cell(median(CPU_PER_MILLION), digits),
                cell(median(|report| report.p50_ms), ms),
                cell(median(P99), ms),
                cell(median(|report| report.max_ms), ms),
                cell(median(|report| report.messages_per_read), digits),
                generator(rounds, server, scenario),
                cell(median(|report| report.rss_kib as f64 / 1024.0), digits),
            ]);
        }
    }
    table.markdown()
}

fn generator(rounds: &Rounds, server: Server, scenario: Scenario) -> String {
    let warned = rounds.of(server, scenario).iter().any(Report::generator_is_the_limit);
    let share = rounds.median(server, scenario, |report| report.generator_share * 100.0);
    cell(share, |share| format!("{share:.0} %{}", if warned { " !" } else { "" }))
}
