//! Alternates the servers (A B A B …), so that other load on the machine affects all of them alike.

use std::{collections::BTreeMap, fs::File, io::Write};

use anyhow::Result;

use super::{options::Options, running_server::RunningServer, scenarios::Scenario, servers::Server};
use crate::{load::Report, stats::median};

/// The reports of all runs.
#[derive(Default)]
pub struct Rounds {
    runs: BTreeMap<(Server, Scenario), Vec<Report>>,
    /// Servers that could not be measured, with the reason.
    pub skipped: Vec<(Server, String)>,
    /// Runs that failed.
    pub failed: Vec<String>,
}

impl Rounds {
    /// Measures every server in every scenario, `options.rounds` times.
    pub fn run(options: &Options, log: &mut Option<File>) -> Result<Self> {
        let mut rounds = Self::default();
        let servers = rounds.present(options)?;
        for round in 1..=options.rounds {
            for scenario in &options.scenarios {
                for server in &servers {
                    eprintln!("--> round {round}, {scenario:?}, {server:?}");
                    match one(options, *server, *scenario) {
                        Ok(report) => rounds.keep(log, round, (*server, *scenario), report)?,
                        Err(error) => {
                            let failed = format!("round {round}, {scenario:?}, {server:?}: {error:#}");
                            eprintln!("FAILED: {failed}");
                            rounds.failed.push(failed);
                        }
                    }
                }
            }
        }
        Ok(rounds)
    }

    fn present(&mut self, options: &Options) -> Result<Vec<Server>> {
        let folder = tempfile::tempdir()?;
        let mut present = Vec::new();
        for server in options.servers.iter().copied() {
            match server.command(options, folder.path()) {
                Ok(_) => present.push(server),
                // Without `--before` there is no earlier Chorus to report as missing.
                Err(_) if options.before.is_none() && server.is_before() => {}
                Err(error) => {
                    eprintln!("SKIPPED: {server:?} ({error:#})");
                    self.skipped.push((server, format!("{error:#}")));
                }
            }
        }
        Ok(present)
    }

    fn keep(
        &mut self,
        log: &mut Option<File>,
        round: usize,
        key: (Server, Scenario),
        report: Report,
    ) -> Result<()> {
        if let Some(log) = log {
            let server = format!("{:?}", key.0);
            let scenario = format!("{:?}", key.1);
            let line = serde_json::json!({ "round": round, "server": server, "scenario": scenario, "report": report });
            writeln!(log, "{line}")?;
        }
        self.runs.entry(key).or_default().push(report);
        Ok(())
    }

    /// Returns the measured servers in the order of the tables.
    pub fn servers(&self) -> Vec<Server> {
        let mut servers: Vec<_> = self.runs.keys().map(|(server, _)| *server).collect();
        servers.dedup();
        servers
    }

    /// Whether any server was measured in this scenario.
    pub fn has(&self, scenario: Scenario) -> bool {
        self.runs.keys().any(|(_, measured)| *measured == scenario)
    }

    /// Returns the median of a figure over the rounds.
    pub fn median(&self, server: Server, scenario: Scenario, figure: impl Fn(&Report) -> f64) -> Option<f64> {
        median(&self.of(server, scenario).iter().map(figure).collect::<Vec<_>>())
    }

    /// Returns the reports of a server in one scenario.
    pub fn of(&self, server: Server, scenario: Scenario) -> &[Report] {
        self.runs.get(&(server, scenario)).map_or(&[], Vec::as_slice)
    }

    /// Returns all reports of a server.
    pub fn all_of(&self, server: Server) -> impl Iterator<Item = &Report> {
        self.runs.iter().filter(move |((of, _), _)| *of == server).flat_map(|(_, reports)| reports)
    }

    /// Returns the greatest share of a core that other processes used during a run.
    pub fn disturbance(&self) -> f64 {
        self.runs.values().flatten().map(|report| report.others_share).fold(0.0, f64::max)
    }

    /// Whether all runs of Chorus were sound and no run failed.
    pub fn are_sound(&self) -> bool {
        let chorus = self.servers().into_iter().filter(|server| server.is_chorus());
        chorus.flat_map(|server| self.all_of(server)).all(Report::is_sound) && self.failed.is_empty()
    }
}

/// Measures once, on a fresh server, so that no run inherits another's memory or log.
fn one(options: &Options, server: Server, scenario: Scenario) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let running = RunningServer::start(server.command(options, folder.path())?)?;
    running.load(server.dialect(), &scenario.arguments(options.seconds, options.warmup))
}
