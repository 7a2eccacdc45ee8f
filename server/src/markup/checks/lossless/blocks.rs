//! Lines and blocks: the beginning of lines, lists, fences and tables.

use super::{Reader, signs::unescaped};
use crate::markup::highlight;

impl Reader<'_> {
    /// Reads empty lines between blocks, and the markers of quotes and indentation of lists before a line.
    pub(super) fn lines(&mut self) {
        while let Some(end) = self.text.find('\n') {
            let rest = &self.text[..end];
            let quotes = rest.matches('>').count();
            if quotes > self.quotes().saturating_sub(self.passed)
                || !rest.chars().all(|c| c.is_whitespace() || c == '>')
            {
                break;
            }
            self.text = &self.text[end + 1..];
            self.next_line();
        }
        if !self.open.iter().any(|open| open == "pre") {
            self.indents();
        }
    }

    /// Reads empty lines at the end of a quote.
    pub(super) fn empty_quotes(&mut self) {
        while let Some(rest) = self.text.strip_prefix('\n') {
            let line = rest.split('\n').next().unwrap_or_default();
            let quotes = line.matches('>').count();
            let in_list = self.open.iter().any(|open| open == "li");
            if !(1..=self.quotes() + 1).contains(&quotes)
                || !line.starts_with(if in_list { ' ' } else { '>' })
                || line.contains(|c: char| c != '>' && !c.is_whitespace())
            {
                return;
            }
            self.text = &rest[line.len()..];
        }
    }

    fn quotes(&self) -> usize {
        self.open.iter().filter(|open| *open == "blockquote").count()
    }

    /// Reads the beginning of a line: the markers of open quotes and the indentation of open lists.
    fn indents(&mut self) {
        let mut quotes = 0;
        for open in self.open.clone() {
            match open.as_str() {
                "blockquote" => {
                    quotes += 1;
                    if quotes > self.passed {
                        let rest = self.text.strip_prefix("> ").or_else(|| self.text.strip_prefix('>'));
                        self.text = rest.unwrap_or(self.text);
                        self.passed = quotes;
                    }
                }
                "li" => self.text = dedented(self.text, self.html),
                _ => {}
            }
        }
    }

    /// Reads the beginning of the next line.
    pub(super) fn next_line(&mut self) {
        self.passed = 0;
        self.indents();
    }

    pub(super) fn item(&mut self) -> Option<()> {
        self.lines();
        self.text = self.text.trim_start_matches([' ', '\t']);
        match self.numbers.last_mut()? {
            Some(number) => {
                let typed = format!("{number}.");
                *number += 1;
                self.take(&typed)?;
            }
            None => self.take("-").or_else(|| self.take("*"))?,
        }
        self.take(" ")?;
        self.text = self.text.trim_start_matches(' ');
        Some(())
    }

    /// Reads an opening fence and the name of a language.
    pub(super) fn fence(&mut self) -> Option<()> {
        self.lines();
        self.text = without_spaces(self.text);
        self.run("`~", 3)?;
        let (info, rest) = self.text.split_once('\n')?;
        let code = unescaped(&without_tags(self.html.strip_prefix("<code>")?.split("</code>").next()?));
        // The name of a language alone is shown if there is no other code.
        let is_closed =
            rest.trim_start_matches(|c: char| c.is_whitespace() || c == '>').starts_with(['`', '~']);
        let is_shown = code.trim() == info.trim() && is_closed;
        if info.trim().is_empty() || (highlight::is_known(info.trim()) && !is_shown) {
            self.text = rest;
            self.next_line();
        }
        Some(())
    }

    pub(super) fn cell(&mut self) {
        self.text = without_spaces(self.text);
        self.text = self.text.strip_prefix('|').unwrap_or(self.text);
        self.text = without_spaces(self.text);
    }

    /// Reads the end of a row, and the row of dashes below the head.
    pub(super) fn row(&mut self) -> Option<()> {
        let (rest, next) = self.text.split_once('\n').unwrap_or((self.text, ""));
        rest.trim().is_empty().then_some(())?;
        self.text = next;
        self.next_line();
        if self.html.starts_with("</thead>") {
            let (dashes, next) = self.text.split_once('\n').unwrap_or((self.text, ""));
            dashes.chars().all(|c| "|-: \t".contains(c)).then_some(())?;
            self.text = next;
            self.next_line();
        }
        Some(())
    }
}

/// Removes the indentation of a line that belongs to its item and is not visible.
fn dedented<'a>(text: &'a str, html: &str) -> &'a str {
    let seen = html.len() - html.trim_start_matches([' ', '\t']).len();
    let typed = text.len() - text.trim_start_matches([' ', '\t']).len();
    &text[typed.saturating_sub(seen)..]
}

/// Removes spaces of any width at the beginning of a line.
fn without_spaces(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() && c != '\n')
}

fn without_tags(html: &str) -> String {
    html.split('<')
        .enumerate()
        .map(
            |(index, part)| if index == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) },
        )
        .collect()
}
