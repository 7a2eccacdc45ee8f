//! Rendering is lossless: a character disappears only if it became visible formatting. [`checks::lossless`] checks that.

use super::{
    cases,
    random_input::{PIECES, next},
    *,
};
use crate::markup::checks::lossless::check;

#[test]
fn the_cases_lose_no_character() {
    for (body, _) in cases::all() {
        assert_lossless(&body, &[]);
    }
}

/// Texts for which fuzzing found that the check reads them wrongly.
#[test]
fn texts_that_fuzzing_found_lose_no_character() {
    for body in ["> - a\n>   0. *b*\n> >  \n   1. *b*2. `c`\n>d", "|a|b|\n|-|-|\n|c|\\\\\n\\\\a"] {
        assert_lossless(body, &[]);
    }
}

#[test]
fn random_signs_lose_no_character() {
    let mut random = 11_u64;
    for _ in 0..60_000 {
        let length = 1 + next(&mut random) % 24;
        let body: String = (0..length).map(|_| PIECES[next(&mut random) % PIECES.len()]).collect();
        assert_lossless(&body, &known(&body));
    }
}

const LINES: &[&str] = &[
    "",
    "",
    "a",
    "  b",
    "    c *d*",
    "- a",
    "- **b**",
    "  - c",
    "   - d",
    "* e",
    "- [ ] f",
    "1. a",
    "2. b",
    "4. c",
    "   > d",
    "> a",
    "> - b",
    "> - c",
    "> > d",
    ">",
    "# h",
    "## #",
    "---",
    "***",
    "|a|b|",
    "|-|:-:|",
    "|1|2|3|",
    "`a|b`|c\\|d",
    "```",
    "```rust",
    "  ```",
    "x ```",
    "y```",
    "``` z",
    "/// ```",
    "~~~",
    "~~~~",
    "\\# a",
    "\\- b",
    "1\\. c",
    "\\*d\\* \\\\*e*",
    "\\:tada: \\@Ann",
    "\\\\:tada:",
    "@Ann :tada:",
    "`  ``  `",
    "https://a.example/_x_",
    "\t- g",
    "+ 1",
];

#[test]
fn random_lines_lose_no_character() {
    let mut random = 23_u64;
    for _ in 0..60_000 {
        let length = 1 + next(&mut random) % 9;
        let lines: Vec<_> = (0..length).map(|_| LINES[next(&mut random) % LINES.len()]).collect();
        let body = lines.join("\n");
        assert_lossless(&body, &known(&body));
    }
}

#[test]
fn random_pieces_of_the_cases_lose_no_character() {
    let mut random = 42_u64;
    let cases: Vec<Vec<char>> = cases::all().map(|(body, _)| body.chars().collect()).collect();
    for _ in 0..30_000 {
        let mut body = String::new();
        for _ in 0..1 + next(&mut random) % 4 {
            let case = &cases[next(&mut random) % cases.len()];
            let from = next(&mut random) % case.len();
            let length = next(&mut random) % (case.len() - from) + 1;
            body.extend(&case[from..from + length]);
        }
        assert_lossless(&body, &known(&body));
    }
}

fn assert_lossless(body: &str, known: &[MentionedPerson]) {
    let Some(html) = render(body, known) else { return };
    if let Err(problem) = check(body, &html) {
        panic!("{body:?}\n{problem}");
    }
}

#[test]
fn the_reader_detects_lost_characters() {
    for (text, html) in [
        ("7*6*5", "<p>7<em>6</em>5</p>x"),
        ("a\\b", "<p>ab</p>"),
        ("+ 1", "<ul><li>1</li></ul>"),
        ("3. a\n3. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>"),
        ("```make run\nx\n```", "<pre><code>x</code></pre>"),
        (
            "|a|\n|-|\n|1|2|",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
        ),
        ("[a](https://b \"c\")", "<p><a href=\"https://b\">a</a></p>"),
        ("a b", "<p>a</p>"),
        (r"\\\\*a*", r"<p>\<em>a</em></p>"),
        (r"\\\*a\*", r"<p>*a*</p>"),
        (r"\\\*a*", r"<p>\<em>a</em></p>"),
        (r"\\\\\:tada:", r"<p>\:tada:</p>"),
        (r"\\*a*", "<p><em>a</em></p>"),
        (r"\:tada:", "<p>🎉</p>"),
        (r"\@Ann", r#"<p><span class="mention">@Ann</span></p>"#),
        (r"\\a", r"<p>\a</p>"),
        (r"\\# a", r"<p>\# a</p>"),
        (r"a\|b", "<p>a|b</p>"),
    ] {
        assert!(check(text, html).is_err(), "{text}");
    }
}
