//! The model test: thousands of short random histories of two topics on the real chat, routes, log, store and hub, compared
//! with a simple model after each step.
//!
//! Clients publish, edit, delete, react and retry, over sockets and the API; subscribers of sockets and readers of event streams
//! connect, disconnect, stall and resume at false positions; requests are dropped at any moment; commits and reads fail, the hub's
//! frames are lost or doubled, the server restarts and is restored from backups. Everything runs on one thread, one connection at
//! a time, so a seed repeats a history except for the moments at which SQLite replies.
//!
//! The test itself is `serve::tests::model`, since only modules above the chat know its routes.
//!
//! `MODEL_SEED=n` runs that history alone and prints its steps; `MODEL_RUNS=n` runs that many.
//!
//! | module | content |
//! |---|---|
//! | `operations` | the actions that clients try |
//! | `model_log` | the model: what the log must be |
//! | `harness` | the real chat and its routes, with injectable faults |
//! | `peer`, `stream_reader` | one socket, and one event stream |
//! | `client_view` | the state that a client builds from events |
//! | `http_client`, `replies` | requests to the API, and the replies of reads |
//! | `expected` | checks of frames against the model |
//! | `run` | one history |

mod client_view;
mod expected;
mod harness;
mod http_client;
mod model_log;
mod operations;
mod peer;
mod replies;
mod run;
mod stream_reader;

use std::collections::HashMap;

use harness::{BuildRouter, Harness, folder};
use run::Run;

pub(crate) use harness::ServerParts;

/// Histories of one test run, unless `MODEL_RUNS` says otherwise.
const RUNS: u64 = 1_500;
/// Recent events that the hub and the tail cache hold: from hardly any to all.
const RING_SIZES: [u64; 4] = [2, 4, 12, 256];

/// Prints the seed of a history that fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("MODEL_SEED={} fails", self.0);
        }
    }
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn settings(ring: u64) -> String {
    format!(
        "--hub-ring {ring} --recent-topics 2 --in-flight 4 --commit-queue 8 --commit-patience-ms 5 --max-reactions 3"
    )
}

/// Runs random histories on servers whose routes `build_router` builds. Panics if one of them contradicts the model.
pub(crate) async fn check_histories(build_router: BuildRouter) {
    let one = variable("MODEL_SEED");
    let from = one.unwrap_or_else(|| crate::clock::now().0);
    let runs = if one.is_some() { 1 } else { variable("MODEL_RUNS").unwrap_or(RUNS) };
    let folders = RING_SIZES.map(|_| folder());
    let mut harnesses = HashMap::new();
    for seed in from..from + runs {
        let which = (seed % RING_SIZES.len() as u64) as usize;
        let harness = match harnesses.remove(&which) {
            Some(harness) => harness,
            None => Harness::open(&folders[which], &settings(RING_SIZES[which]), build_router).await,
        };
        let failure_report = Seed(seed);
        harnesses.insert(which, Run::new(harness, seed, one.is_some()).await.run_to_end().await);
        drop(failure_report);
    }
    for harness in harnesses.into_values() {
        harness.stop().await;
    }
}
