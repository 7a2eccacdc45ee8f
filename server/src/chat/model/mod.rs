//! The model test: thousands of short random histories of one topic, on the real chat, log, store and hub, each step held
//! against a model of a few lines.
//!
//! People publish, edit, delete, react and retry; hearers come, go, stall and lie about where they are; batches and reads
//! fail, the hub's signals are lost or doubled, the server restarts. Everything runs on one thread, a connection a turn at a
//! time, so a seed repeats a history but for the moments at which SQLite answers.
//!
//! `MODEL_SEED=n` runs that history alone and tells it; `MODEL_RUNS=n` runs so many.
//!
//! | module | what |
//! |---|---|
//! | `wishes` | what is tried |
//! | `story` | the model: what the log is |
//! | `world` | the real thing, with faults to be had |
//! | `peer`, `belief` | one connection, and what its client makes of what it hears |
//! | `checks` | what clients were told against the model |
//! | `run` | one history |

mod client_view;
mod expected;
mod harness;
mod model_log;
mod operations;
mod peer;
mod run;

use std::collections::HashMap;

use harness::{Harness, folder};
use run::Run;

/// Histories unless told otherwise.
const RUNS: u64 = 1_500;
/// How many of the newest events the hub, and memory, hold: from hardly any to all.
const RINGS: [u64; 4] = [2, 4, 12, 256];

/// Says which history failed.
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

#[tokio::test]
async fn whatever_happens_the_log_is_what_the_model_says() {
    let one = variable("MODEL_SEED");
    let from = one.unwrap_or_else(|| crate::clock::now().0);
    let runs = if one.is_some() { 1 } else { variable("MODEL_RUNS").unwrap_or(RUNS) };
    let (folders, mut harnesses) = (RINGS.map(|_| folder()), HashMap::new());
    for seed in from..from + runs {
        let which = (seed % RINGS.len() as u64) as usize;
        let harness = match harnesses.remove(&which) {
            Some(harness) => harness,
            None => Harness::open(&folders[which], &settings(RINGS[which])).await,
        };
        let told = Seed(seed);
        harnesses.insert(which, Run::new(harness, seed, one.is_some()).await.run_to_end().await);
        drop(told);
    }
    for harness in harnesses.into_values() {
        harness.stop().await;
    }
}
