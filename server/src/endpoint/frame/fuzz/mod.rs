//! Differential fuzzing: random streams of a client's bytes are read by us and by tungstenite, which shares no code with us.
//! What was told before a fault is the same, and a fault is one for both, but for the ways that [`verdict`] names.
//!
//! `CHORUS_FUZZ=n` reads so many streams; `CHORUS_FUZZ_SEED=n` begins with that one.
//!
//! | module | what |
//! |---|---|
//! | `stream` | what a client sends: mostly right, then spoiled |
//! | `readers` | what either makes of it |
//! | `verdict` | whether they agree, or in which way they may differ |

mod readers;
mod stream;
mod verdict;

use std::collections::BTreeMap;

use testing::Random;
use verdict::{Verdict, judge};

/// Streams unless told otherwise: a second.
const RUNS: u64 = 200_000;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// One stream, and what was found.
fn run(seed: u64) -> Verdict {
    let mut random = Random::new(seed);
    // The second is for lengths that are told in eight bytes.
    let most = if random.one_in(200) { 70_000 } else { 300 };
    let bytes = stream::random_stream(&mut random, most);
    let pieces = [1, 2, 7, bytes.len().max(1)][random.below(4)];
    judge(&bytes, pieces, most).unwrap_or_else(|why| {
        panic!("CHORUS_FUZZ=1 CHORUS_FUZZ_SEED={seed} fails: {why}\nat most {most}, in pieces of {pieces}: {bytes:02x?}")
    })
}

#[test]
fn we_read_as_an_independent_reader_does() {
    let runs = variable("CHORUS_FUZZ").unwrap_or(RUNS);
    let from = variable("CHORUS_FUZZ_SEED").unwrap_or(0);
    let mut found = BTreeMap::new();
    for seed in from..from + runs {
        *found.entry(run(seed)).or_insert(0_u64) += 1;
    }
    println!("{runs} streams from seed {from}: {found:?}");
    // A way that never comes up is one that the streams do not try.
    if runs >= RUNS {
        for verdict in Verdict::ALL {
            assert!(found.contains_key(&verdict), "{verdict:?} never came up: {found:?}");
        }
    }
}
