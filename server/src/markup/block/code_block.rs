//! Blocks of code, and text on the same line as their fences.

use super::{
    Block, fence,
    parser::{Parser, is_blank},
};
use crate::markup::highlight;

impl<'a> Parser<'a> {
    pub(super) fn fence(&mut self, line: &'a str) -> bool {
        let Some(open) = fence::opening(line) else { return false };
        let unclosed = &mut self.unclosed[usize::from(open.mark == b'~')];
        if open.length >= *unclosed {
            return false;
        }
        let Some(close) = fence::closing(self.lines.get(self.at + 1..).unwrap_or_default(), open) else {
            *unclosed = open.length;
            return false;
        };
        self.code(line, open, close)
    }

    /// Adds a block of code and the text before and after it. Returns `false` if the block contains no code.
    fn code(&mut self, line: &'a str, open: fence::Opening, close: fence::Closing) -> bool {
        let info = line.get(open.at + open.length..).unwrap_or_default();
        let end = self.at + close.line;
        let last = self.lines.get(end).copied().unwrap_or_default();
        let mut lines: Vec<&str> = self.lines.get(self.at + 1..end).unwrap_or_default().to_vec();
        lines.extend(last.get(..close.at).filter(|code| !is_blank(code)));
        let has_code = lines.iter().any(|line| !is_blank(line));
        let language = highlight::language(info.trim()).filter(|_| has_code);
        let is_language = has_code && highlight::is_known(info.trim());
        if !(is_language || is_blank(info)) {
            lines.insert(0, info);
        } else if !has_code {
            return false;
        }
        self.open.extend(line.get(..open.at).filter(|words| !is_blank(words)));
        let after = last.get(close.at + close.length..).filter(|words| !is_blank(words));
        if let Some(line) = after.and_then(|_| self.lines.get_mut(end)) {
            *line = after.unwrap_or_default();
        }
        self.push(Block::Code { language, lines }, end + usize::from(after.is_none()));
        true
    }
}
