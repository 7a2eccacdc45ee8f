//! Which backslashes were needed. A backslash disappears only where, without it, the text would have been formatted otherwise:
//! so the text is read once without them, and those whose sign made something there were needed.

use super::{Context, Kind, Token, code, tokens};
use crate::markup::{address, block, mention::Names};

/// Backslashes before a sign that may make something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Escape {
    pub(super) at: usize,
    /// How many backslashes.
    pub(super) length: usize,
    /// Whether the sign would make something.
    pub(super) needed: bool,
}

impl Escape {
    /// An odd one makes its sign text; two are one.
    pub(super) fn is_escaped(&self) -> bool {
        self.length % 2 == 1
    }

    /// How many of them are shown.
    pub(super) fn shown(&self) -> usize {
        if self.needed { self.length / 2 } else { self.length }
    }
}

pub(super) fn decide(text: &str, context: Context, names: &Names<'_>) -> Vec<Escape> {
    if !text.contains('\\') {
        return Vec::new();
    }
    let mut escapes = find(text, context);
    let signs = escapes.iter().any(|escape| !escape.needed);
    if !signs {
        return escapes;
    }
    let (bare, places) = without(text, &escapes);
    let tokens = tokens(&bare, names, &[]);
    let mut next = tokens.iter().peekable();
    for (escape, place) in escapes.iter_mut().zip(places) {
        while next.next_if(|token| token.range.end <= place).is_some() {}
        escape.needed |= next.peek().is_some_and(|token| makes(token, place));
    }
    escapes
}

/// Backslashes outside of code and addresses.
fn find(text: &str, context: Context) -> Vec<Escape> {
    let (mut escapes, mut at) = (Vec::new(), 0);
    let mut unclosed = code::Unclosed::default();
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
            b'`' => at = code::end(text, at, &mut unclosed).1,
            b'\\' => {
                let rest = text.as_bytes().get(at..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| **byte == b'\\').count();
                let sign = rest.get(length).copied().unwrap_or(b' ');
                let needed =
                    needed_at == Some(at) || (sign == b'|' && context == Context::Cell && length % 2 == 1);
                if needed || matches!(sign, b'*' | b'_' | b'~' | b'`' | b'[' | b']' | b'(' | b':' | b'@') {
                    escapes.push(Escape { at, length, needed });
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

/// The text without the backslashes, and where the signs stand in it.
fn without(text: &str, escapes: &[Escape]) -> (String, Vec<usize>) {
    let (mut bare, mut places, mut from) = (String::with_capacity(text.len()), Vec::new(), 0);
    for escape in escapes {
        bare.push_str(text.get(from..escape.at + escape.length / 2).unwrap_or_default());
        places.push(bare.len());
        from = escape.at + escape.length;
    }
    bare.push_str(text.get(from..).unwrap_or_default());
    (bare, places)
}

/// Whether the sign at a place made something, or is a part of it that is not shown as it is.
fn makes(token: &Token, place: usize) -> bool {
    match &token.kind {
        Kind::Text | Kind::LineBreak | Kind::Hidden => false,
        Kind::Code(inner) => !inner.contains(&place),
        Kind::Run(run) => {
            let ended: usize = run.ended.iter().map(|ended| ended.length()).sum();
            let at = place - token.range.start;
            at < ended || at >= ended + run.left
        }
        _ => true,
    }
}
