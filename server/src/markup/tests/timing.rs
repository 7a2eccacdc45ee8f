//! Rendering times: those of usual texts, and how they grow with the worst ones.

use std::time::{Duration, Instant};

use super::*;
use crate::markup::processor_time::processor_time;

/// `cargo test --release -p server --lib rendering_times -- --ignored --nocapture`
#[test]
#[ignore = "prints measurements and asserts nothing"]
fn rendering_times() {
    let plain = "Good morning! Did anybody look at the build yet? It's been red since 9:30, and I'd like to know why - thanks, see you at lunch.";
    let code = format!("```rust\n{}```", "fn main() { let x = \"a\"; } // why\n".repeat(240));
    let cases = [
        ("plain", plain.to_owned()),
        ("plain 16 KiB", plain.repeat(128)),
        ("one word", "this is *it*, see https://a.example".to_owned()),
        ("128 bytes", "*a* `b` ".repeat(16)),
        ("a list", "- **one** two\n- three `four`\n".repeat(10)),
        ("16 KiB", "*one* two ".repeat(1_600)),
        ("code 8 KiB", code),
    ];
    for (name, body) in cases {
        let first = Instant::now();
        let html = render(&body, &[]).map(|html| html.len());
        let first = first.elapsed();
        let begun = Instant::now();
        (0..1_000).for_each(|_| drop(std::hint::black_box(render(std::hint::black_box(&body), &[]))));
        println!(
            "{name}: {} bytes, {html:?}, first {first:?}, then {:?}",
            body.len(),
            begun.elapsed() / 1_000
        );
    }
}

/// Parts of texts that made parsers of Markdown quadratic: delimiters without a partner, open brackets, beginnings of addresses.
const PARTS: [&str; 40] = [
    "a",
    "*a ",
    "**a ",
    "a* ",
    "*a**",
    "~~a ",
    "_a ",
    "`",
    "`a ``b ",
    "[",
    "[a](",
    "[a](b ",
    "](",
    "![",
    "<",
    "<a ",
    "&",
    "&amp",
    "\\",
    "\\*",
    "\n> ",
    "\n- a",
    "\n1. a",
    "\n# a",
    "\n|a|",
    "|",
    "\n```",
    "```a\n",
    "http://a.",
    "https://a.b/(",
    "https://a.b/*",
    "www.a.",
    "a@",
    "a@b.",
    "@a ",
    "@Ann",
    ":a",
    ":tada:",
    "👍🏽",
    "重要**。",
];
const SMALL_BYTES: usize = 1_024;
const LARGE_BYTES: usize = 16 * SMALL_BYTES;
/// The larger text takes 16 times as long when the time is linear, some more when it leaves the processor's cache, and 256 times when the
/// time is quadratic. Processor time does not count the processes that run beside the test.
const MAX_GROWTH: u32 = 96;

/// The cheapest of several renderings has lost no time to cold caches.
fn cheapest_rendering(part: &str, bytes: usize) -> Duration {
    let text = part.repeat(bytes / part.len());
    let people = known(&text);
    let rendering = || {
        let begun = processor_time();
        drop(std::hint::black_box(render(std::hint::black_box(&text), &people)));
        processor_time() - begun
    };
    (0..12).map(|_| rendering()).min().unwrap()
}

#[test]
fn the_time_of_every_text_is_linear_in_its_length() {
    for part in PARTS {
        let small = cheapest_rendering(part, SMALL_BYTES).max(Duration::from_micros(1));
        let large = cheapest_rendering(part, LARGE_BYTES);
        assert!(large < small * MAX_GROWTH, "{part:?}: {small:?}, then {large:?}");
    }
}
