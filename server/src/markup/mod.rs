//! A message's text as HTML, made once, on the server; pure.
//!
//! `docs/MARKUP.md` defines the dialect. Lines make blocks ([`block`]), what stands in them makes tokens ([`inline`]), and both
//! are written as HTML ([`write`]). Nothing is written but what is listed here, and [`wall`] lets nothing else through:
//!
//! | element | class | what |
//! |---|---|---|
//! | `p h3 h4 h5 ul ol li blockquote hr br` | | blocks; headings begin at level 3. The outermost has `dir="auto"` |
//! | `em strong del code a` | | words; `a` has `rel`, and `target="_blank"` where it leads to a page |
//! | `span` | `mention` | `data-user` is the person's id |
//! | `span` | `host` | the host of the link before it, whose words look like another address |
//! | `span` | `task` | ☐ or ☑ before an item |
//! | `div` | `table` | around a `table`, which may be wider than the message: it scrolls |
//! | `th td` | `left center right` | as the table says |
//! | `pre` › `code` | | a block of code: it scrolls |
//! | `span` in `code` | `k s c n f t m` | keyword, string, comment, number, function, type or key, what speaks of the code |
//! | `span` in `code` | `i d` | a line that came, a line that went |
//!
//! `style/blocks/markup.css` draws all of them.

mod address;
mod again;
mod block;
mod emoji;
mod highlight;
mod inline;
mod mention;
mod quick;
mod reaction;
mod wall;
mod write;

pub use again::render_again;
pub use mention::{Mentioned, names};
pub use reaction::reaction;

/// The number of this dialect, stored with what was made in it. It rises when the same text is to be shown in another way.
pub const DIALECT: i16 = 1;

/// A message's text as safe HTML; `None` when that would say no more than the text does, or more than it should: then
/// the text is shown as it is. `mentions` are the people whose names after an `@` mean them.
pub fn render(body: &str, mentions: &[Mentioned]) -> Option<String> {
    if !quick::may_mark(body, !mentions.is_empty()) {
        return None;
    }
    Some(wall::clean(&write::write(body, mentions)?))
}

#[cfg(test)]
mod tests;
