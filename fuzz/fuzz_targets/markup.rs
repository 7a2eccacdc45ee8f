//! The HTML of any message has only the elements that are allowed, and no character of the text is lost (docs/MARKUP.md).
#![no_main]

use app::protocol::{Body, UserId};
use libfuzzer_sys::fuzz_target;
use server::markup::{MentionedPerson, candidate_names, check_html, render};
use uuid::Uuid;

/// The default of `--body-bytes`.
const MAX_BODY_BYTES: usize = 16_384;

/// People whose names begin with A are members.
fn mentioned(body: &str) -> Vec<MentionedPerson> {
    let names = candidate_names(body).into_iter().filter(|name| name.starts_with('A'));
    names.map(|name| MentionedPerson { user: UserId(Uuid::from_u128(1)), name }).collect()
}

fuzz_target!(|text: &str| {
    // The chat refuses some texts, for instance those with control characters, and never renders them.
    let Ok(body) = Body::parse(text.to_owned(), MAX_BODY_BYTES) else { return };
    let body = body.as_str();
    let people = mentioned(body);
    let Some(html) = render(body, &people) else { return };
    assert_eq!(Some(&html), render(body, &people).as_ref(), "the same text has the same HTML");
    if let Err(problem) = check_html(body, &html) {
        panic!("{body:?}\n{problem}\n{html}");
    }
});
