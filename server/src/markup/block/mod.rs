//! From lines to blocks. Every line is looked at once for each quote or list that it stands in.

mod code;
mod fence;
mod list;
mod marker;
mod parser;
mod quote;
mod table;

pub(super) use marker::escaped;
pub(super) use parser::parse;

use super::highlight::Language;

/// What lines make.
pub(super) enum Block<'a> {
    /// Lines of text, and how many empty lines stand before them beside the one that parts it from another block.
    Paragraph { lines: Vec<&'a str>, gap: usize },
    /// A line behind `#`, `##` or more.
    Heading { level: usize, text: &'a str },
    /// Lines behind `> `.
    Quote(Vec<Block<'a>>),
    /// Items behind `- ` or `* `, or behind numbers from `start` on.
    List { start: Option<u32>, items: Vec<Item<'a>> },
    /// Cells between `|`; the first row is the head.
    Table { alignments: Vec<Alignment>, rows: Vec<Vec<&'a str>> },
    /// Lines between fences.
    Code { language: Option<&'static Language>, lines: Vec<&'a str> },
    /// `---` between empty lines.
    Rule,
}

/// An item of a list.
pub(super) struct Item<'a> {
    /// Of a task: whether it is done.
    pub(super) task: Option<bool>,
    pub(super) blocks: Vec<Block<'a>>,
}

/// Where a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    None,
    Left,
    Center,
    Right,
}
