//! The crash test: `make crash-test`. It kills the real program at random moments under load, and looks for what was lost.
//!
//! Authors say, edit, delete and react over real sockets, each under a draft that it keeps until it is answered; readers
//! keep a view of their own. The server is killed (SIGKILL, sometimes SIGTERM) and started again on the same port and
//! database, over and over. Then the log is read back and held against everything that anybody was told.
//!
//! | module | what |
//! |---|---|
//! | `options`, `random`, `tally` | what is asked for, the seeded choices, what is counted |
//! | `program` | the server's process |
//! | `network` | the way to PostgreSQL, which freezes |
//! | `line` | one WebSocket, and the session behind it |
//! | `view` | what a reader holds, and what it may not be told |
//! | `book`, `wish` | what an author wanted, and what came of it |
//! | `client`, `author` | one client through all its connections |
//! | `run`, `power` | the killing, and the disk that loses power at each kill |
//! | `prefix` | what a power cut may leave with `--sync normal` |
//! | `verify`, `story`, `pages` | the log against everything that was told |

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers, which stops at the first fault"
)]

mod author;
mod book;
mod client;
mod line;
mod network;
mod options;
mod pages;
mod power;
mod prefix;
mod program;
mod random;
mod run;
mod story;
mod tally;
mod verify;
mod view;
mod wish;

use std::process::ExitCode;

use clap::Parser;

/// What must not happen, in words for people.
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
