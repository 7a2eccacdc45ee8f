//! Quotes: lines after `> `.

use super::{
    Block, line_start,
    parser::{Container, Parser},
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
        if !lines.iter().any(|line| line_start::has_words(line)) || self.is_comparison(&lines) {
            self.no_quote_before = end;
            return false;
        }
        let blocks = self.inner(lines, Container::Quote);
        self.push(Block::Quote(blocks), end);
        true
    }

    /// Whether the whole message is a single comparison like `> 18 years`.
    fn is_comparison(&self, lines: &[&str]) -> bool {
        let begins_with_number = |line: &&str| {
            line.trim_start_matches(['-', '+', ' ', '$', '€', '£']).starts_with(|c: char| c.is_numeric())
        };
        self.container == Container::Message
            && self.nonblank_lines == 1
            && lines.first().is_some_and(begins_with_number)
    }
}
