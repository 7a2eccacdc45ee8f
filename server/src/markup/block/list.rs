//! Lists. A list has at least two items, or an item that contains another list. Numbers are shown as they were typed.

use super::{
    Block, Item,
    line_start::{self, Marker, MarkerKind},
    parser::{Container, Parser, is_blank},
};

/// Columns by which the lines of an item are indented more than its marker.
const CONTENT_INDENT: usize = 2;
/// Largest indentation of the first item, in columns.
const MAX_INDENT: usize = 3;

/// The lines of a list, grouped by items.
struct ListLines<'a> {
    items: Vec<(MarkerKind, Vec<&'a str>)>,
    /// The line after the list.
    end: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn list(&mut self, line: &'a str) -> bool {
        let Some(first) = line_start::item(line).filter(|first| first.indent <= MAX_INDENT) else {
            return false;
        };
        if self.at < self.no_list_before || self.is_deepest() {
            return false;
        }
        let ListLines { items, end } = list_lines(&self.lines, self.at, first);
        if !is_list(&items) {
            self.no_list_before = end;
            return false;
        }
        let start = first_number(&items);
        let inner: Vec<Item<'a>> = items.into_iter().map(|(kind, lines)| self.item(kind, lines)).collect();
        let is_nested = self.container == Container::Item && self.at > 0;
        if inner.len() < 2 && !is_nested && !inner.iter().any(holds_list) {
            self.no_list_before = end;
            return false;
        }
        self.push(Block::List { start, items: inner }, end);
        true
    }

    fn item(&self, kind: MarkerKind, mut lines: Vec<&'a str>) -> Item<'a> {
        let task = lines.first_mut().filter(|_| matches!(kind, MarkerKind::Bullet(_))).and_then(task);
        Item { task, blocks: self.inner(lines, Container::Item) }
    }
}

fn holds_list(item: &Item<'_>) -> bool {
    item.blocks.iter().any(|block| matches!(block, Block::List { .. }))
}

/// Returns the first number of a numbered list, or `None` for bullets.
fn first_number(items: &[(MarkerKind, Vec<&str>)]) -> Option<u32> {
    match items.first()? {
        (MarkerKind::Number(first), _) => Some(*first),
        (MarkerKind::Bullet(_), _) => None,
    }
}

/// Whether the items form a list. Numbers have to rise by one, since HTML would show other numbers than those typed. Bullets before
/// numbers only are a sum.
fn is_list(items: &[(MarkerKind, Vec<&str>)]) -> bool {
    let mut lines = items.iter().flat_map(|(_, lines)| lines);
    let Some(first) = first_number(items) else {
        return lines.any(|line| line_start::has_letters(line));
    };
    let rises = (first..).zip(items).all(|(number, (kind, _))| *kind == MarkerKind::Number(number));
    rises && lines.any(|line| line_start::has_words(line))
}

/// Removes `[ ] ` or `[x] ` from an item's first line, and returns whether the task is done.
fn task(line: &mut &str) -> Option<bool> {
    let (done, text) = match line.get(..4)? {
        "[ ] " => (false, line.get(4..)?),
        "[x] " | "[X] " => (true, line.get(4..)?),
        _ => return None,
    };
    if text.trim().is_empty() {
        return None;
    }
    *line = text;
    Some(done)
}

/// Collects the lines of the list that begins at the line `from`.
fn list_lines<'a>(all: &[&'a str], from: usize, first: Marker) -> ListLines<'a> {
    let mut items: Vec<(MarkerKind, Vec<&'a str>)> = Vec::new();
    let mut at = from;
    let mut content = 0;
    while at < all.len() {
        let blanks = all.iter().skip(at).take_while(|line| is_blank(line)).count();
        let Some(line) = all.get(at + blanks) else { break };
        let (_, indent) = line_start::indentation(line);
        let marker = line_start::item(line).filter(|next| is_next(*next, first));
        if marker.is_none() && indent < first.indent + CONTENT_INDENT {
            break;
        }
        if let Some((_, lines)) = items.last_mut() {
            lines.extend(std::iter::repeat_n("", blanks));
        }
        match (marker, items.last_mut()) {
            (Some(next), _) => {
                content = next.content;
                items.push((next.kind, vec![line.get(next.content..).unwrap_or_default()]));
            }
            (None, Some((_, lines))) => lines.push(line_start::dedented(line, content.min(indent))),
            (None, None) => break,
        }
        at += blanks + 1;
    }
    ListLines { items, end: at }
}

fn is_next(next: Marker, first: Marker) -> bool {
    next.indent < first.indent + CONTENT_INDENT && next.kind.matches(first.kind)
}
