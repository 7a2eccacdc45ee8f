//! The block parser. Each line begins a block or is text.

use super::{Block, line_start, table};

/// How deep quotes and lists may be nested; deeper ones are text.
const MAX_DEPTH: usize = 10;

/// The block that contains the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Message,
    Quote,
    Item,
}

/// Parses a message.
pub(in crate::markup) fn parse(body: &str) -> Vec<Block<'_>> {
    Parser::new(body.split('\n').collect(), Container::Message, 0).run()
}

pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

pub(super) struct Parser<'a> {
    pub(super) lines: Vec<&'a str>,
    pub(super) at: usize,
    pub(super) container: Container,
    depth: usize,
    blocks: Vec<Block<'a>>,
    /// The lines of the current paragraph.
    pub(super) open: Vec<&'a str>,
    /// Empty lines since the last block.
    blanks: usize,
    /// The number of lines that are not blank.
    pub(super) nonblank_lines: usize,
    /// The last line that is not blank.
    last: usize,
    /// Lines before this one do not begin a list. Remembers a failed attempt, so that parsing stays linear.
    pub(super) no_list_before: usize,
    /// Likewise for quotes.
    pub(super) no_quote_before: usize,
    /// The shortest unclosed fence of each sign. Longer ones are not closed either.
    pub(super) unclosed: [usize; 2],
}

impl<'a> Parser<'a> {
    fn new(lines: Vec<&'a str>, container: Container, depth: usize) -> Self {
        let nonblank_lines = lines.iter().filter(|line| !is_blank(line)).count();
        let last = lines.iter().rposition(|line| !is_blank(line)).unwrap_or_default();
        Self {
            lines,
            at: 0,
            container,
            depth,
            blocks: Vec::new(),
            open: Vec::new(),
            blanks: 0,
            nonblank_lines,
            last,
            no_list_before: 0,
            no_quote_before: 0,
            unclosed: [usize::MAX; 2],
        }
    }

    fn run(mut self) -> Vec<Block<'a>> {
        while let Some(&line) = self.lines.get(self.at) {
            if is_blank(line) {
                self.close_paragraph();
                self.blanks += 1;
                self.at += 1;
            } else if !self.begin_block(line) {
                self.open.push(line);
                self.at += 1;
            }
        }
        self.close_paragraph();
        self.blocks
    }

    fn begin_block(&mut self, line: &'a str) -> bool {
        match line.trim_start().as_bytes().first() {
            Some(b'#') if self.heading(line) => true,
            Some(b'>') if self.quote(line) => true,
            Some(b'-' | b'*' | b'_' | b'0'..=b'9') if self.rule(line) || self.list(line) => true,
            _ => self.table(line) || self.fence(line),
        }
    }

    /// Parses the lines of a nested block.
    pub(super) fn inner(&self, lines: Vec<&'a str>, container: Container) -> Vec<Block<'a>> {
        Parser::new(lines, container, self.depth + 1).run()
    }

    pub(super) fn is_deepest(&self) -> bool {
        self.depth == MAX_DEPTH
    }

    fn close_paragraph(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let separator = usize::from(!self.blocks.is_empty());
        let gap = self.blanks.saturating_sub(separator);
        self.blocks.push(Block::Paragraph { lines: std::mem::take(&mut self.open), gap });
        self.blanks = 0;
    }

    /// Adds a block and continues with the line `next`.
    pub(super) fn push(&mut self, block: Block<'a>, next: usize) {
        self.close_paragraph();
        self.blocks.push(block);
        self.blanks = 0;
        self.at = next;
    }

    /// A heading needs another line in the message.
    fn heading(&mut self, line: &'a str) -> bool {
        let Some((level, text)) = line_start::heading(line).filter(|_| self.nonblank_lines > 1) else {
            return false;
        };
        self.push(Block::Heading { level, text }, self.at + 1);
        true
    }

    /// A rule needs empty lines around it and text before and after it. Below a sum, or at the end, the signs are text.
    fn rule(&mut self, line: &str) -> bool {
        let is_between = self.open.is_empty() && !self.blocks.is_empty() && self.at < self.last;
        let is_apart = self.lines.get(self.at + 1).is_some_and(|next| is_blank(next));
        if !(is_between && is_apart && self.blanks > 0 && line_start::is_rule(line)) {
            return false;
        }
        self.push(Block::Rule, self.at + 1);
        true
    }

    fn table(&mut self, line: &'a str) -> bool {
        let next = self.lines.get(self.at + 1).filter(|_| line.contains('|'));
        let Some(alignments) = next.and_then(|next| table::alignments(next)) else { return false };
        let head = table::cells(line);
        if head.len() != alignments.len() || !head.iter().any(|cell| line_start::has_words(cell)) {
            return false;
        }
        let rows = self.lines.iter().skip(self.at + 2).take_while(|line| line.contains('|'));
        let rows: Vec<_> = std::iter::once(head).chain(rows.map(|line| table::cells(line))).collect();
        let end = self.at + 1 + rows.len();
        self.push(Block::Table { alignments, rows }, end);
        true
    }
}
