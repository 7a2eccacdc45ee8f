//! Measures rendering times.

use super::*;

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
        let first = std::time::Instant::now();
        let html = render(&body, &[]).map(|html| html.len());
        let first = first.elapsed();
        let begun = std::time::Instant::now();
        (0..1_000).for_each(|_| drop(std::hint::black_box(render(std::hint::black_box(&body), &[]))));
        println!(
            "{name}: {} bytes, {html:?}, first {first:?}, then {:?}",
            body.len(),
            begun.elapsed() / 1_000
        );
    }
}
