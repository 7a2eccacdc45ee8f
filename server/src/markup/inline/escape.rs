//! Decides which backslashes are escapes. A backslash disappears only if the text would be formatted differently without it.
//! Therefore the text is parsed once without backslashes, and a backslash is an escape if its sign became markup there.

use super::{Context, Token, TokenKind, tokens};
use crate::markup::{address, block, code_span, mention::Names};

/// Backslashes before a sign that may be markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Escape {
    pub(super) at: usize,
    /// The number of backslashes.
    pub(super) length: usize,
    /// Whether the sign would be markup without the backslashes.
    pub(super) is_needed: bool,
}

impl Escape {
    /// Two backslashes stand for one, and one that is left over makes the sign text.
    pub(super) fn is_escaped(&self) -> bool {
        self.length % 2 == 1
    }

    /// The number of backslashes that are shown.
    pub(super) fn shown(&self) -> usize {
        if self.is_needed { self.length / 2 } else { self.length }
    }
}

pub(super) fn decide(text: &str, context: Context, names: &Names<'_>) -> Vec<Escape> {
    if !text.contains('\\') {
        return Vec::new();
    }
    let mut escapes = find(text, context);
    if escapes.iter().all(|escape| escape.is_needed) {
        return escapes;
    }
    let (bare, positions) = without_backslashes(text, &escapes);
    let tokens = tokens(&bare, names, &[]);
    let mut next = tokens.iter().peekable();
    for (escape, position) in escapes.iter_mut().zip(positions) {
        while next.next_if(|token| token.range.end <= position).is_some() {}
        escape.is_needed |= next.peek().is_some_and(|token| is_markup(token, position));
    }
    escapes
}

/// Finds backslashes outside of code and addresses.
fn find(text: &str, context: Context) -> Vec<Escape> {
    let mut escapes = Vec::new();
    let mut at = 0;
    let mut unclosed = code_span::Unclosed::default();
    let mut addresses = address::find(text).into_iter().peekable();
    let mut line_start = true;
    let mut needed_at = None;
    while let Some(&byte) = text.as_bytes().get(at) {
        if std::mem::take(&mut line_start) && context == Context::Lines {
            let line = text.get(at..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
            needed_at = block::escaped(line).map(|place| at + place);
        }
        while addresses.next_if(|address| address.range.start < at).is_some() {}
        if let Some(address) = addresses.next_if(|address| address.range.start == at) {
            at = address.range.end;
            continue;
        }
        match byte {
            b'`' => at = code_span::end(text, at, &mut unclosed).1,
            b'\\' => {
                let rest = text.as_bytes().get(at..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| **byte == b'\\').count();
                let sign = rest.get(length).copied().unwrap_or(b' ');
                let is_needed =
                    needed_at == Some(at) || (sign == b'|' && context == Context::Cell && length % 2 == 1);
                if is_needed || matches!(sign, b'*' | b'_' | b'~' | b'`' | b'[' | b']' | b'(' | b':' | b'@') {
                    escapes.push(Escape { at, length, is_needed });
                    at += usize::from(length % 2 == 1);
                }
                at += length;
            }
            _ => {
                line_start = byte == b'\n';
                at += 1;
            }
        }
    }
    escapes
}

/// Returns the text without the backslashes, and the positions of the signs in it.
fn without_backslashes(text: &str, escapes: &[Escape]) -> (String, Vec<usize>) {
    let mut bare = String::with_capacity(text.len());
    let mut positions = Vec::new();
    let mut from = 0;
    for escape in escapes {
        bare.push_str(text.get(from..escape.at + escape.length / 2).unwrap_or_default());
        positions.push(bare.len());
        from = escape.at + escape.length;
    }
    bare.push_str(text.get(from..).unwrap_or_default());
    (bare, positions)
}

/// Whether the sign at a position is markup, and not shown as it was typed.
fn is_markup(token: &Token, position: usize) -> bool {
    match &token.kind {
        TokenKind::Text | TokenKind::LineBreak | TokenKind::Hidden => false,
        TokenKind::Code(inner) => !inner.contains(&position),
        TokenKind::Delimiters(run) => {
            let closed: usize = run.closed.iter().map(|closed| closed.length()).sum();
            let at = position - token.range.start;
            at < closed || at >= closed + run.remaining
        }
        _ => true,
    }
}
