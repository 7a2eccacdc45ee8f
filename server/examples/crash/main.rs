//! The crash test: `make crash-test`. It kills the real server at random moments under load, and checks that nothing was lost. Other
//! options cut the power, break a cluster, or replace the server by another version.
//!
//! Authors publish, edit, delete, react, search and mark as read, over sockets and over HTTP, and keep each draft until it is
//! answered; readers keep their own copies of the topics, from sockets and from event streams. The server is ended (SIGKILL,
//! sometimes SIGTERM) and restarted on the same port and database, over and over. At the end the logs are read back and compared
//! with every answer and event that a client received.
//!
//! | module | contents |
//! |---|---|
//! | `options`, `random`, `counters` | command line, seeded choices, statistics |
//! | `server_process`, `database_files` | the server's process, and the files of its database |
//! | `network`, `power` | a network to PostgreSQL that stalls, and a disk whose power is cut |
//! | `shared`, `server_life` | what all clients share, and what they may know of the server's process |
//! | `connection`, `reference`, `api`, `event_stream` | a WebSocket and its session, the HTTP API, server-sent events |
//! | `client_view`, `operation_log`, `read_mark`, `searches` | what a client knows: its copy of a topic, its operations and their outcomes, its read mark, what a search must find |
//! | `topic_state`, `workload` | all of that for one topic, and the choice of the next operation |
//! | `client`, `socket_client`, `http_client`, `clients` | clients across their connections |
//! | `bans` | a moderator who bans somebody under load |
//! | `run`, `finish`, `report` | ending the server, the final comparison, and its summary |
//! | `modes` | ends of the server, and the choice of the modes below |
//! | `observer` | what the clients of a cluster see together |
//! | `restores`, `fork` | older copies of the database, and how clients continue from them |
//! | `cluster` | several nodes on one PostgreSQL, over links that fail |
//! | `upgrade`, `gaps` | servers that are replaced by another version, and how long listeners received nothing |
//! | `moves` | files that are moved or deleted under the running server |
//! | `lossy_run` | power cuts with `--sync normal`, which may lose the newest messages |
//! | `verify`, `model`, `log_reader` | the comparison |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers, which stops at the first fault"
)]

mod api;
mod bans;
mod client;
mod client_view;
mod clients;
mod cluster;
mod connection;
mod counters;
mod database_files;
mod event_stream;
mod finish;
mod fork;
mod gaps;
mod http_client;
mod log_reader;
mod lossy_run;
mod model;
mod modes;
mod moves;
mod network;
mod observer;
mod operation_log;
mod options;
mod pauses;
mod power;
mod random;
mod read_mark;
mod reference;
mod report;
mod restores;
mod run;
mod searches;
mod server_life;
mod server_process;
mod shared;
mod socket_client;
mod topic_state;
mod upgrade;
mod verify;
mod workload;

use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// Describes a broken guarantee.
type Violation = String;

#[tokio::main]
async fn main() -> ExitCode {
    let ended = tokio::select! {
        ended = modes::run(options::Options::parse()) => ended,
        // Dropping the run ends its processes.
        () = interrupted() => Err("interrupted".to_owned()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(violation) => {
            println!("VIOLATION: {violation}");
            ExitCode::FAILURE
        }
    }
}

/// Waits for SIGINT or SIGTERM.
async fn interrupted() {
    let mut terminated = signal(SignalKind::terminate()).expect("a handler of SIGTERM");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
