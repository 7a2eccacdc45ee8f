//! Differential fuzzing: random byte streams of a client are decoded by our reader and by tungstenite, which shares no code
//! with it. Both must decode the same messages and find the same errors, except for the differences listed in [`verdict`].
//!
//! `CHORUS_FUZZ=n` sets the number of streams, and `CHORUS_FUZZ_SEED=n` the first seed.
//!
//! | module | contents |
//! |---|---|
//! | `stream` | generates streams: mostly valid, then corrupted |
//! | `readers` | decodes a stream with either reader |
//! | `verdict` | compares the results |

mod readers;
mod stream;
mod verdict;

use std::collections::BTreeMap;

use testing::Random;
use verdict::{Verdict, compare};

/// The default number of streams, which takes a second.
const DEFAULT_RUNS: u64 = 200_000;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(seed: u64) -> Verdict {
    let mut random = Random::new(seed);
    // The larger limit is for lengths that are encoded in eight bytes.
    let max_message_bytes = if random.one_in(200) { 70_000 } else { 300 };
    let bytes = stream::random_stream(&mut random, max_message_bytes);
    let pieces = [1, 2, 7, bytes.len().max(1)][random.below(4)];
    compare(&bytes, pieces, max_message_bytes).unwrap_or_else(|why| {
        panic!("CHORUS_FUZZ=1 CHORUS_FUZZ_SEED={seed} fails: {why}\nat most {max_message_bytes} bytes, in pieces of {pieces}: {bytes:02x?}")
    })
}

#[test]
fn our_reader_agrees_with_tungstenite() {
    let runs = variable("CHORUS_FUZZ").unwrap_or(DEFAULT_RUNS);
    let from = variable("CHORUS_FUZZ_SEED").unwrap_or(0);
    let mut found = BTreeMap::new();
    for seed in from..from + runs {
        *found.entry(run(seed)).or_insert(0_u64) += 1;
    }
    println!("{runs} streams from seed {from}: {found:?}");
    // A verdict that never occurs shows that the streams do not cover it.
    if runs >= DEFAULT_RUNS {
        for verdict in Verdict::ALL {
            assert!(found.contains_key(&verdict), "{verdict:?} never occurred: {found:?}");
        }
    }
}
