//! The crash test: `make crash-test`. It kills the real server at random moments under load, and checks that nothing was lost.
//!
//! Authors publish, edit, delete and react over real sockets, and keep each draft until it is answered; readers keep their own
//! copy of the topic. The server is ended (SIGKILL, sometimes SIGTERM) and restarted on the same port and database, over and
//! over. At the end the log is read back and compared with every answer and event that a client received.
//!
//! | module | contents |
//! |---|---|
//! | `options`, `random`, `counters` | command line, seeded choices, statistics |
//! | `server_process` | the server's process |
//! | `network` | a network to PostgreSQL that stalls |
//! | `connection` | a WebSocket and its session |
//! | `client_view` | a reader's copy of the topic |
//! | `operation_log` | an author's operations and their outcomes |
//! | `client`, `workload` | a client across its connections, and the choice of its operations |
//! | `run`, `power` | ending the server, and the disk whose power is cut |
//! | `lossy_run` | power cuts with `--sync normal`, which may lose the newest messages |
//! | `verify`, `model`, `log_reader` | the final comparison |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers, which stops at the first fault"
)]

mod client;
mod client_view;
mod connection;
mod counters;
mod log_reader;
mod lossy_run;
mod model;
mod network;
mod operation_log;
mod options;
mod power;
mod random;
mod run;
mod server_process;
mod verify;
mod workload;

use std::process::ExitCode;

use clap::Parser;

/// Describes a broken guarantee.
type Violation = String;

#[tokio::main]
async fn main() -> ExitCode {
    match run::run(options::Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(violation) => {
            println!("VIOLATION: {violation}");
            ExitCode::FAILURE
        }
    }
}
