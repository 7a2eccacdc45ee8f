//! Writes blocks and tokens as HTML. All text is escaped.

mod blocks;
mod inline;
mod link_host;

use super::{
    block,
    escape_html::escape_html,
    mention::{MentionedPerson, Names},
};

/// The HTML may have `MAX_GROWTH_FACTOR` times as many bytes as the text, plus `FREE_BYTES`.
pub(super) const MAX_GROWTH_FACTOR: usize = 8;
pub(super) const FREE_BYTES: usize = 4_096;

/// Returns the HTML of a text, or `None` if the text contains no markup or the HTML would be too long.
pub(super) fn write(body: &str, mentions: &[MentionedPerson]) -> Option<String> {
    let names = Names::new(mentions);
    let mut writer = HtmlWriter {
        names: &names,
        out: String::with_capacity(body.len() * 2),
        has_markup: false,
        max_bytes: body.len() * MAX_GROWTH_FACTOR + FREE_BYTES,
    };
    writer.blocks(&block::parse(body), true);
    (writer.has_markup && writer.fits()).then_some(writer.out)
}

struct HtmlWriter<'a> {
    names: &'a Names<'a>,
    out: String,
    /// Whether anything but text, paragraphs and line breaks was written.
    has_markup: bool,
    /// The longest HTML that is allowed.
    max_bytes: usize,
}

impl HtmlWriter<'_> {
    /// Writes markup.
    fn mark(&mut self, html: &str) {
        self.has_markup = true;
        self.out.push_str(html);
    }

    /// Writes escaped text.
    fn text(&mut self, text: &str) {
        escape_html(text, &mut self.out);
    }

    fn fits(&self) -> bool {
        self.out.len() <= self.max_bytes
    }
}
