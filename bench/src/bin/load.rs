//! The load generator alone: `load --help`. Prints a line for people to standard error, and one of JSON to standard
//! output.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it found")]

use anyhow::Result;
use bench::load::{self, Options};
use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

fn main() -> Result<()> {
    let options = Options::parse();
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most })?;
    let report = load::run(&options)?;
    eprintln!("{}", report.print(&options));
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
