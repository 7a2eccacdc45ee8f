//! Checks of rendered HTML that share no code with the renderer, for tests and for fuzzing.

pub(super) mod lossless;
pub(super) mod strict_html;

/// Checks that HTML has only allowed elements, loses no character of its text, and is not too long. Returns the problem.
#[cfg(fuzzing)]
pub fn check_html(body: &str, html: &str) -> Result<(), String> {
    strict_html::check(html)?;
    lossless::check(body, html)?;
    let limit = max_html_bytes(body);
    if html.len() > limit { Err(format!("{} bytes of HTML, at most {limit}", html.len())) } else { Ok(()) }
}

/// The most bytes of HTML that a text may have. The renderer's limit does not count all that closes elements and is escaped.
pub(super) fn max_html_bytes(body: &str) -> usize {
    body.len() * (super::html::MAX_GROWTH_FACTOR + 5) + 2 * super::html::FREE_BYTES
}
