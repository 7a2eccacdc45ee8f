//! From blocks and tokens to HTML. Everything is written escaped.

mod blocks;
mod host;
mod tokens;

use super::{
    block,
    mention::{Mentioned, Names},
};

/// How many times longer than the text its HTML may be, and how many bytes are free.
pub(super) const GROWTH: usize = 8;
pub(super) const FREE_BYTES: usize = 4_096;

/// The HTML of a text, or `None` when it would say no more, or is too long.
pub(super) fn write(body: &str, mentions: &[Mentioned]) -> Option<String> {
    let names = Names::new(mentions);
    let mut page = Page {
        names: &names,
        out: String::with_capacity(body.len() * 2),
        marked: false,
        longest: body.len() * GROWTH + FREE_BYTES,
    };
    page.blocks(&block::parse(body), true);
    (page.marked && page.fits()).then_some(page.out)
}

/// The HTML as it grows.
struct Page<'a> {
    names: &'a Names<'a>,
    out: String,
    /// Whether anything was written that the text does not say.
    marked: bool,
    /// The most bytes it may have.
    longest: usize,
}

impl Page<'_> {
    /// Writes what the text does not say.
    fn mark(&mut self, html: &str) {
        self.marked = true;
        self.out.push_str(html);
    }

    /// Writes text as it is.
    fn text(&mut self, text: &str) {
        escape(text, &mut self.out);
    }

    fn fits(&self) -> bool {
        self.out.len() <= self.longest
    }
}

/// Text as HTML says it.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, sign) in text.match_indices(['&', '<', '>', '\u{a0}']) {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(match sign {
            "&" => "&amp;",
            "<" => "&lt;",
            ">" => "&gt;",
            _ => "&nbsp;",
        });
        from = at + sign.len();
    }
    out.push_str(text.get(from..).unwrap_or_default());
}
