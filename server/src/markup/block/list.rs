//! Lists. One has two items at least, or another list in an item; its numbers are those that were typed.

use super::{
    Block, Item,
    marker::{self, Kind, Marker},
    parser::{Parser, Place, is_blank},
};

/// How much deeper than a marker the lines of its item are, in columns.
const DEEPER: usize = 2;
/// How deep the first item may be indented, in columns.
const MAX_INDENT: usize = 3;

/// The lines of a list, by their items.
struct Lines<'a> {
    items: Vec<(Kind, Vec<&'a str>)>,
    /// The line after it.
    end: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn list(&mut self, line: &'a str) -> bool {
        let Some(first) = marker::item(line).filter(|first| first.indent <= MAX_INDENT) else { return false };
        if self.at < self.no_list_before || self.is_deepest() {
            return false;
        }
        let Lines { items, end } = lines(&self.lines, self.at, first);
        let Some(start) = start(&items) else {
            self.no_list_before = end;
            return false;
        };
        let inner: Vec<Item<'a>> = items.into_iter().map(|(kind, lines)| self.item(kind, lines)).collect();
        let nested = self.place == Place::Item && self.at > 0;
        if inner.len() < 2 && !nested && !inner.iter().any(holds_list) {
            self.no_list_before = end;
            return false;
        }
        self.push(Block::List { start, items: inner }, end);
        true
    }

    fn item(&self, kind: Kind, mut lines: Vec<&'a str>) -> Item<'a> {
        let task = lines.first_mut().filter(|_| matches!(kind, Kind::Bullet(_))).and_then(task);
        Item { task, blocks: self.inner(lines, Place::Item) }
    }
}

fn holds_list(item: &Item<'_>) -> bool {
    item.blocks.iter().any(|block| matches!(block, Block::List { .. }))
}

/// The list's first number, where it has numbers. `None` for what is no list: numbers that do not rise by one would be shown as
/// others, and a sum has signs before numbers alone.
fn start(items: &[(Kind, Vec<&str>)]) -> Option<Option<u32>> {
    let mut lines = items.iter().flat_map(|(_, lines)| lines);
    let Some((Kind::Number(first), _)) = items.first() else {
        return lines.any(|line| marker::has_letters(line)).then_some(None);
    };
    let rises = (*first..).zip(items).all(|(number, (kind, _))| *kind == Kind::Number(number));
    (rises && lines.any(|line| marker::has_words(line))).then_some(Some(*first))
}

/// Takes `[ ] ` or `[x] ` from an item's first line.
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

/// The lines that belong to the list which begins at a line.
fn lines<'a>(all: &[&'a str], from: usize, first: Marker) -> Lines<'a> {
    let mut items: Vec<(Kind, Vec<&'a str>)> = Vec::new();
    let (mut at, mut content) = (from, 0);
    while at < all.len() {
        let blanks = all.iter().skip(at).take_while(|line| is_blank(line)).count();
        let Some(line) = all.get(at + blanks) else { break };
        let (_, indent) = marker::indentation(line);
        let begins = marker::item(line).filter(|next| is_next(*next, first));
        if begins.is_none() && indent < first.indent + DEEPER {
            break;
        }
        if let Some((_, lines)) = items.last_mut() {
            lines.extend(std::iter::repeat_n("", blanks));
        }
        match (begins, items.last_mut()) {
            (Some(next), _) => {
                content = next.content;
                items.push((next.kind, vec![line.get(next.content..).unwrap_or_default()]));
            }
            (None, Some((_, lines))) => lines.push(marker::dedented(line, content.min(indent))),
            (None, None) => break,
        }
        at += blanks + 1;
    }
    Lines { items, end: at }
}

fn is_next(next: Marker, first: Marker) -> bool {
    next.indent < first.indent + DEEPER && next.kind.goes_with(first.kind)
}
