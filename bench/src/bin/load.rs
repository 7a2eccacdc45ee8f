//! The load generator: `load --help`. It prints a summary to standard error and the report as JSON to standard output.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints its report")]

use anyhow::Result;
use bench::load::{self, LoadOptions};
use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

fn main() -> Result<()> {
    let options = LoadOptions::parse();
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let report = load::run(&options)?;
    eprintln!("{}", report.print(&options));
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
