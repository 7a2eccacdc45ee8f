//! Splits a text into tokens, in three steps: [`scanner`] finds code, addresses, mentions and links, [`escape`] decides which
//! backslashes are escapes, and [`emphasis`] pairs the remaining signs.

mod emphasis;
mod escape;
mod flanking;
mod scanner;

use std::ops::Range;

use app::protocol::UserId;

use super::mention::Names;

/// Where a text occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// Lines of a paragraph, each of which could begin a block.
    Lines,
    /// The rest of a line after a block's marker.
    Line,
    /// A cell of a table, where `\|` is a `|`.
    Cell,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    /// The position in the text.
    pub(super) range: Range<usize>,
    pub(super) kind: TokenKind,
    /// The number of letters, digits and emoji before it.
    words: usize,
}

#[derive(Debug, Clone)]
pub(super) enum TokenKind {
    Text,
    /// A backslash that is not shown.
    Hidden,
    LineBreak,
    Emoji(&'static str),
    /// A code span, and the range of its content.
    Code(Range<usize>),
    /// An address, and the prefix that is missing for a URL: `http://`, `mailto:` or nothing.
    Address(&'static str),
    Mention(UserId),
    /// Signs that can open or close emphasis.
    Delimiters(DelimiterRun),
    /// The `[` of a link, and the range of its target.
    LinkStart(Range<usize>),
    /// From its `]` to its `)`.
    LinkEnd,
}

/// A delimiter run, as CommonMark calls it: `*`, `_` or `~` in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct DelimiterRun {
    pub(super) mark: u8,
    can_open: bool,
    can_close: bool,
    /// Whether a slash follows. A pair that begins and ends a folder is a file pattern: `**/x/**`.
    begins_folder: bool,
    /// Whether a slash is directly before it that is not part of an address.
    ends_folder: bool,
    /// The emphasis that it closes, the innermost first.
    pub(super) closed: Vec<Emphasis>,
    /// The number of signs that remain text.
    pub(super) remaining: usize,
    /// The emphasis that it opens, the innermost first.
    pub(super) opened: Vec<Emphasis>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emphasis {
    Em,
    Strong,
    Del,
}

impl Emphasis {
    /// The number of signs on each side.
    pub(super) fn length(self) -> usize {
        if self == Self::Em { 1 } else { 2 }
    }
}

/// Returns the tokens of a text, which cover all of it.
pub(super) fn parse(text: &str, context: Context, names: &Names<'_>) -> Vec<Token> {
    let escapes = escape::decide(text, context, names);
    tokens(text, names, &escapes)
}

fn tokens(text: &str, names: &Names<'_>, escapes: &[escape::Escape]) -> Vec<Token> {
    let mut tokens = scanner::scan(text, names, escapes);
    emphasis::pair(&mut tokens);
    tokens
}
