//! One look at each line: what begins there, or text.

use super::{Block, marker, table};

/// How deep quotes and lists may be in each other; what is deeper is text.
const MAX_DEPTH: usize = 10;

/// What the lines stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Message,
    Quote,
    Item,
}

/// The blocks of a message's lines.
pub(in crate::markup) fn parse(body: &str) -> Vec<Block<'_>> {
    Parser::new(body.split('\n').collect(), Place::Message, 0).run()
}

pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

pub(super) struct Parser<'a> {
    pub(super) lines: Vec<&'a str>,
    pub(super) at: usize,
    pub(super) place: Place,
    depth: usize,
    blocks: Vec<Block<'a>>,
    /// The paragraph that is open.
    pub(super) open: Vec<&'a str>,
    /// Empty lines since the last block.
    blanks: usize,
    /// Lines that hold anything.
    pub(super) filled: usize,
    /// The last of them.
    last: usize,
    /// Lines before this one begin no list: they were looked at, and are text.
    pub(super) no_list_before: usize,
    pub(super) no_quote_before: usize,
    /// The shortest fences of each sign that nothing closes.
    pub(super) unclosed: [usize; 2],
}

impl<'a> Parser<'a> {
    fn new(lines: Vec<&'a str>, place: Place, depth: usize) -> Self {
        let filled = lines.iter().filter(|line| !is_blank(line)).count();
        let last = lines.iter().rposition(|line| !is_blank(line)).unwrap_or_default();
        Self {
            lines,
            at: 0,
            place,
            depth,
            blocks: Vec::new(),
            open: Vec::new(),
            blanks: 0,
            filled,
            last,
            no_list_before: 0,
            no_quote_before: 0,
            unclosed: [usize::MAX; 2],
        }
    }

    fn run(mut self) -> Vec<Block<'a>> {
        while let Some(&line) = self.lines.get(self.at) {
            if is_blank(line) {
                self.close();
                self.blanks += 1;
                self.at += 1;
            } else if !self.begins(line) {
                self.open.push(line);
                self.at += 1;
            }
        }
        self.close();
        self.blocks
    }

    fn begins(&mut self, line: &'a str) -> bool {
        match line.trim_start().as_bytes().first() {
            Some(b'#') if self.heading(line) => true,
            Some(b'>') if self.quote(line) => true,
            Some(b'-' | b'*' | b'_' | b'0'..=b'9') if self.rule(line) || self.list(line) => true,
            _ => self.table(line) || self.fence(line),
        }
    }

    /// The blocks of lines that stand in a block of these.
    pub(super) fn inner(&self, lines: Vec<&'a str>, place: Place) -> Vec<Block<'a>> {
        Parser::new(lines, place, self.depth + 1).run()
    }

    pub(super) fn is_deepest(&self) -> bool {
        self.depth == MAX_DEPTH
    }

    /// Ends the paragraph that is open.
    fn close(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let parts = usize::from(!self.blocks.is_empty());
        let gap = self.blanks.saturating_sub(parts);
        self.blocks.push(Block::Paragraph { lines: std::mem::take(&mut self.open), gap });
        self.blanks = 0;
    }

    /// Adds a block; the next line is `next`.
    pub(super) fn push(&mut self, block: Block<'a>, next: usize) {
        self.close();
        self.blocks.push(block);
        self.blanks = 0;
        self.at = next;
    }

    /// A line alone is no heading of anything.
    fn heading(&mut self, line: &'a str) -> bool {
        let Some((level, text)) = marker::heading(line).filter(|_| self.filled > 1) else { return false };
        self.push(Block::Heading { level, text }, self.at + 1);
        true
    }

    /// Between empty lines, and between text: below a sum, or at the end, it is text.
    fn rule(&mut self, line: &str) -> bool {
        let parts = self.open.is_empty() && !self.blocks.is_empty() && self.at < self.last;
        let is_apart = self.lines.get(self.at + 1).is_some_and(|next| is_blank(next));
        if !(parts && is_apart && self.blanks > 0 && marker::is_rule(line)) {
            return false;
        }
        self.push(Block::Rule, self.at + 1);
        true
    }

    fn table(&mut self, line: &'a str) -> bool {
        let next = self.lines.get(self.at + 1).filter(|_| line.contains('|'));
        let Some(alignments) = next.and_then(|next| table::alignments(next)) else { return false };
        let head = table::cells(line);
        if head.len() != alignments.len() || !head.iter().any(|cell| marker::has_words(cell)) {
            return false;
        }
        let rows = self.lines.iter().skip(self.at + 2).take_while(|line| line.contains('|'));
        let rows: Vec<_> = std::iter::once(head).chain(rows.map(|line| table::cells(line))).collect();
        let end = self.at + 1 + rows.len();
        self.push(Block::Table { alignments, rows }, end);
        true
    }
}
