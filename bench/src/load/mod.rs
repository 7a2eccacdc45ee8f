//! The load generator: one run against one server.
//!
//! [`connect`] opens all connections and waits until each of them receives messages, [`measure`] publishes on a [`schedule`] and
//! measures, [`idle`] measures the memory of idle connections, [`storm`] reconnects all clients at once. All of them drive one
//! [`generator`], which is an epoll loop.

mod connect;
mod connection;
mod generator;
mod idle;
mod measure;
mod options;
mod receive;
mod report;
mod schedule;
mod storm;
mod timer;

use anyhow::Result;

use generator::Generator;
pub use options::{LoadOptions, Mode};
pub use report::Report;

/// Runs the mode that the options name.
pub fn run(options: &LoadOptions) -> Result<Report> {
    match options.mode {
        Mode::Talk => measure::run(options),
        Mode::Idle => idle::run(options),
        Mode::Storm => storm::run(options),
    }
}
