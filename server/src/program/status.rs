//! The commands that ask: what settings mean, and whether a running server is ready.

use anyhow::bail;
use server::{
    check::Check,
    config::{RunningServer, Settings},
    status::{ask_metrics, ask_readiness},
};

use super::output::print_line;

pub(super) async fn check(settings: &Settings) -> anyhow::Result<()> {
    let Check { lines, faults } = Check::of(settings).await;
    lines.iter().for_each(|line| print_line(line));
    faults.iter().for_each(|fault| print_line(&format!("wrong: {fault}")));
    if faults.is_empty() { Ok(()) } else { bail!("a server would not start with these settings") }
}

pub(super) async fn print_status(RunningServer { addresses, .. }: RunningServer) -> anyhow::Result<()> {
    let answer = ask_readiness(&addresses.listen).await?;
    answer.lines().iter().for_each(|line| print_line(line));
    if let Some(address) = addresses.metrics_listen {
        ask_metrics(address).await?.iter().for_each(|sample| print_line(sample));
    }
    if answer.is_ready() { Ok(()) } else { bail!("{}", answer.summary()) }
}
