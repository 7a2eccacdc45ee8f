//! From a text to its tokens, in three steps: [`scan`] finds what stands by itself (code, addresses, mentions, links),
//! [`escape`] decides which backslashes were needed, [`emphasis`] pairs what is left.

mod bracket;
mod code;
mod emphasis;
mod escape;
mod flank;
mod scan;

use std::ops::Range;

use app::protocol::UserId;

pub(super) use code::end as code_end;

use super::mention::Names;

/// What a text stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// Lines of a paragraph, each of which could begin a block.
    Lines,
    /// The rest of a line whose beginning was read.
    Line,
    /// A cell of a table, where `\|` is a `|`.
    Cell,
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Where it was typed.
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
    /// How many letters, digits and the like stand before it.
    words: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text,
    /// A sign that only made something else.
    Hidden,
    LineBreak,
    Emoji(&'static str),
    /// Code, and where what it holds stands.
    Code(Range<usize>),
    /// An address, and what it lacks of a whole one: `http://` or `mailto:`.
    Address(&'static str),
    Mention(UserId),
    /// Signs that may begin or end emphasis.
    Run(Run),
    /// The `[` of a link, and where it leads.
    LinkStart(Range<usize>),
    /// From its `]` to its `)`.
    LinkEnd,
}

/// `*`, `_` or `~`, some in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub(super) mark: u8,
    opens: bool,
    closes: bool,
    /// What ends at it, the innermost first.
    pub(super) ended: Vec<Emphasis>,
    /// How many of the signs stay text.
    pub(super) left: usize,
    /// What begins at it, the innermost first.
    pub(super) begun: Vec<Emphasis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emphasis {
    Em,
    Strong,
    Del,
}

impl Emphasis {
    /// How many signs make it.
    pub(super) fn length(self) -> usize {
        if self == Self::Em { 1 } else { 2 }
    }
}

/// The tokens of a text. Together they are all of it.
pub(super) fn parse(text: &str, context: Context, names: &Names<'_>) -> Vec<Token> {
    let decisions = escape::decide(text, context, names);
    tokens(text, names, &decisions)
}

fn tokens(text: &str, names: &Names<'_>, decisions: &[escape::Escape]) -> Vec<Token> {
    let mut tokens = scan::scan(text, names, decisions);
    emphasis::pair(&mut tokens);
    tokens
}
