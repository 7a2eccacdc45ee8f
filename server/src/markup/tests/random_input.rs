//! Random texts: the HTML contains allowed elements only, and rendering takes bounded time.

use super::*;

pub(super) const PIECES: &[&str] = &[
    "*",
    "**",
    "_",
    "~~",
    "`",
    "```",
    "```rust\n",
    "[",
    "]",
    "(",
    ")",
    "](",
    "![",
    "<",
    ">",
    "<b>",
    "</script>",
    "<!--",
    "|",
    "|-|",
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n> ",
    "\n# ",
    "\n    ",
    "\t",
    " ",
    "  \n",
    "\\",
    "&",
    "&lt;",
    "&#0;",
    "\"",
    "'",
    "=",
    "---",
    ":",
    ":tada:",
    "@",
    "@Ann",
    "@Ann Lee",
    "http://",
    "https://a.example",
    "https://a.example/x",
    "https://b.example@",
    "javascript:",
    "data:",
    "mailto:",
    "www.",
    "a@b.example",
    "[a]: ",
    "[x] ",
    "a",
    "b",
    "é",
    "你",
    "。",
    ".*",
    "\u{202e}",
    "\u{200d}",
    "\u{a0}",
    "👍",
    "\u{fffd}",
    "style=",
    "onclick=",
    "{",
    "}",
    "^",
    "$",
    "+",
    "!",
    "~",
];

#[test]
fn the_html_of_any_text_contains_only_allowed_elements() {
    let mut random = 1_u64;
    let people = people();
    for round in 0..20_000 {
        let length = 1 + next(&mut random) % 40;
        let body: String = (0..length).map(|_| PIECES[next(&mut random) % PIECES.len()]).collect();
        candidate_names(&body);
        let Some(html) = render(&body, &people) else { continue };
        if let Err(problem) = checks::strict_html::check(&html) {
            panic!("{round}: {problem}\n{body:?}\n{html}");
        }
        let rendered = html::write(&body, &people).unwrap();
        assert_eq!(html, rendered, "{body:?}: sanitizing changed the HTML");
        assert!(html.len() <= checks::max_html_bytes(&body));
    }
}

#[test]
fn the_prefilter_misses_no_markup() {
    let mut random = 7_u64;
    let people = people();
    for _ in 0..20_000 {
        let length = 1 + next(&mut random) % 6;
        let body: String = (0..length).map(|_| PIECES[next(&mut random) % PIECES.len()]).collect();
        if !prefilter::may_contain_markup(&body, true) {
            assert_eq!(html::write(&body, &people), None, "{body:?}");
        }
        if !prefilter::may_contain_markup(&body, false) {
            assert_eq!(html::write(&body, &[]), None, "{body:?}");
        }
    }
}

#[test]
fn the_prefilter_passes_plain_texts_by() {
    for body in ["good morning", "Is it 5 o'clock? Yes, 17:00.", "مرحبا بالعالم", "重要。你好", "a, b; c (d)"]
    {
        assert!(!prefilter::may_contain_markup(body, false), "{body}");
    }
}

pub(super) fn next(random: &mut u64) -> usize {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*random >> 33) as usize
}

#[test]
fn no_text_takes_long_to_render() {
    const BYTES: usize = 16 * 1024;
    let people = people();
    for piece in PIECES.iter().chain(&[
        "[a](",
        "![a](",
        "[a][",
        "*a",
        "**a*",
        "a**b",
        "_a ",
        "`a``b",
        "<a ",
        "<!",
        "<![CDATA[",
        "<?",
        "> - ",
        "- - ",
        "a.b.",
        "www.a,",
        "a:a:",
        "a@",
        "@a ",
        ":a",
        "&a",
        "|a|b\n",
        "|\n|-\n",
        "[a]: b\n",
        "\\[",
        "*_",
        "~~a~",
        "1) ",
        "\n> > ",
        "(((",
        "```\n~~~\n",
        "http://a，",
        "http://a\"",
        "<a href=\"",
        "[[]",
        "[]()",
        "\n\t- ",
        "@@a",
        "@小明",
    ]) {
        let body = piece.repeat(BYTES / piece.len());
        let begun = std::time::Instant::now();
        candidate_names(&body);
        render(&body, &people);
        assert!(begun.elapsed().as_millis() < 1_000, "{piece:?}: {:?}", begun.elapsed());
    }
}
