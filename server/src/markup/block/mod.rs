//! Parses lines into blocks. Each line is read once for every quote or list that contains it.

mod block_quote;
mod code_block;
mod fence;
mod line_start;
mod list;
mod parser;
mod table;

pub(super) use line_start::escaped;
pub(super) use parser::parse;

use super::highlight::Language;

pub(super) enum Block<'a> {
    /// Lines of text. `gap` is the number of empty lines before them, without the one that separates two blocks.
    Paragraph { lines: Vec<&'a str>, gap: usize },
    /// A line after `#`, `##` or more.
    Heading { level: usize, text: &'a str },
    /// Lines after `> `.
    Quote(Vec<Block<'a>>),
    /// Items after `- ` or `* `, or numbered from `start` on.
    List { start: Option<u32>, items: Vec<Item<'a>> },
    /// Cells between `|`; the first row is the head.
    Table { alignments: Vec<Alignment>, rows: Vec<Vec<&'a str>> },
    /// Lines between fences.
    Code { language: Option<&'static Language>, lines: Vec<&'a str> },
    /// `---` between empty lines.
    Rule,
}

pub(super) struct Item<'a> {
    /// Whether the task is done, if the item is one.
    pub(super) task: Option<bool>,
    pub(super) blocks: Vec<Block<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    None,
    Left,
    Center,
    Right,
}
