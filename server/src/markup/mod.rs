//! Renders a message's text as HTML, once, on the server. Pure.
//!
//! `docs/MARKUP.md` defines the rules. Lines form blocks ([`block`]), the text in them forms tokens ([`inline`]), and both are
//! written as HTML ([`html`]). Only the elements listed here are written, and [`sanitize`] removes everything else:
//!
//! | element | class | meaning |
//! |---|---|---|
//! | `p h3 h4 h5 ul ol li blockquote hr br` | | blocks; headings begin at level 3. The outermost block has `dir="auto"` |
//! | `em strong del code a` | | inline markup; `a` has `rel`, and `target="_blank"` if it leads to a page |
//! | `span` | `mention` | `data-user` is the person's id |
//! | `span` | `host` | the host of the link before it, whose words look like another address |
//! | `span` | `task` | ☐ or ☑ before an item |
//! | `div` | `table` | around a `table`, which scrolls if it is wider than the message |
//! | `th td` | `left center right` | the alignment of the column |
//! | `pre` › `code` | | a block of code, which scrolls |
//! | `span` in `code` | `k s c n f t m` | keyword, string, comment, number, function, type or key, metadata (attribute, directive) |
//! | `span` in `code` | `i d` | an inserted line, a deleted line |
//!
//! `style/blocks/markup.css` styles all of them.

mod address;
mod block;
#[cfg(any(test, fuzzing))]
mod checks;
mod code_span;
mod emoji;
mod escape_html;
mod highlight;
mod html;
mod inline;
mod mention;
mod prefilter;
#[cfg(test)]
mod processor_time;
mod reaction;
mod rerender;
mod sanitize;

#[cfg(fuzzing)]
pub use checks::check_html;
pub(crate) use emoji::shortcodes;
pub use mention::{MentionedPerson, candidate_names};
pub use reaction::normalize_reaction;
pub use rerender::rerender;

/// The version of the Markdown rules, which is stored with the HTML. It rises when the same text is rendered in another way.
pub const VERSION: i16 = 3;

/// Renders a message's text as safe HTML. Returns `None` if the text contains no markup or the HTML would be too long; the text is
/// then shown as it is. `mentions` are the people who are mentioned by an `@` and their name.
pub fn render(body: &str, mentions: &[MentionedPerson]) -> Option<String> {
    if !prefilter::may_contain_markup(body, !mentions.is_empty()) {
        return None;
    }
    Some(sanitize::sanitize(&html::write(body, mentions)?))
}

#[cfg(test)]
mod tests;
