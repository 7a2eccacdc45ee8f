//! `make bench`: measures Chorus and its peers in turn, and prints tables. `bench --help`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints tables and its progress")]

use std::{
    fs::{self, File},
    process::ExitCode,
};

use anyhow::{Context, Result};
use bench::driver::{
    cluster, document, growth, machine,
    options::{Options, Part},
    pages, peers, reconnects,
    rounds::Rounds,
};
use clap::Parser;

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let mut log = options.json.as_ref().map(File::create).transpose()?;
    let machine = machine::line(&options);
    let mut sections = Vec::new();
    let mut failed = Vec::new();
    for part in &options.parts {
        let (name, text) = match part {
            Part::Peers => {
                let rounds = Rounds::run(&options, &mut log)?;
                if !rounds.are_sound() {
                    failed.push(
                        "not every run of Chorus was sound, or some broke off; see the table".to_owned(),
                    );
                }
                ("peers", peers::section(&options, &rounds))
            }
            Part::Growth => ("growth", growth::section(&options, &mut failed)?),
            Part::Storms => ("storms", reconnects::section(&options, &mut failed)?),
            Part::Pages => ("pages", pages::section(&options)?),
            Part::Cluster => ("cluster", cluster::section(&options, &mut failed)?),
        };
        sections.push((name, format!("{machine}\n\n{text}")));
    }
    write(&options, &sections)?;
    failed.iter().for_each(|failed| eprintln!("FAILED: {failed}"));
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write(options: &Options, sections: &[(&str, String)]) -> Result<()> {
    let all: Vec<_> = sections.iter().map(|(name, text)| format!("## {name}\n\n{text}")).collect();
    let all = all.join("\n\n");
    println!("{all}");
    if let Some(out) = &options.out {
        fs::write(out, &all)?;
    }
    if let Some(path) = &options.document {
        let mut text = fs::read_to_string(path)?;
        for (name, section) in sections {
            text = document::put(&text, name, section).with_context(|| format!("no section for {name}"))?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}
