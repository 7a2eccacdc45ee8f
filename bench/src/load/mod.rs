//! One generator's run against one server.
//!
//! `join` opens all connections and waits until every one of them hears, `talk` publishes at a [`pace`] and measures,
//! [`idle`] weighs connections that say nothing, [`storm`] brings all back at once. All of them turn one
//! [`generator`] around epoll.

mod connection;
mod generator;
mod idle;
mod join;
mod options;
mod pace;
mod reading;
mod report;
mod storm;
mod talk;
mod timer;

use anyhow::Result;

use generator::Generator;
pub use options::{Mode, Options};
pub use report::Report;

/// Runs what the options say.
pub fn run(options: &Options) -> Result<Report> {
    match options.mode {
        Mode::Talk => talk::run(options),
        Mode::Idle => idle::run(options),
        Mode::Storm => storm::run(options),
    }
}
