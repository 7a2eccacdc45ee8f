//! Quotes: lines behind `> `.

use super::{
    Block, marker,
    parser::{Parser, Place},
};

impl<'a> Parser<'a> {
    pub(super) fn quote(&mut self, line: &str) -> bool {
        if self.is_deepest() || self.at < self.no_quote_before || !line.starts_with("> ") {
            return false;
        }
        let in_quote = |line: &&&str| line.starts_with("> ") || line.trim_end() == ">";
        let length = self.lines.iter().skip(self.at).take_while(in_quote).count();
        let end = self.at + length;
        let lines: Vec<&str> = self
            .lines
            .iter()
            .skip(self.at)
            .take(length)
            .map(|line| line.get(2..).unwrap_or_default())
            .collect();
        if !lines.iter().any(|line| marker::has_words(line)) || self.compares(&lines) {
            self.no_quote_before = end;
            return false;
        }
        let blocks = self.inner(lines, Place::Quote);
        self.push(Block::Quote(blocks), end);
        true
    }

    /// `> 18 years`, and nothing else in the message.
    fn compares(&self, lines: &[&str]) -> bool {
        let begins = |line: &&str| {
            line.trim_start_matches(['-', '+', ' ', '$', '€', '£']).starts_with(|c: char| c.is_numeric())
        };
        self.place == Place::Message && self.filled == 1 && lines.first().is_some_and(begins)
    }
}
