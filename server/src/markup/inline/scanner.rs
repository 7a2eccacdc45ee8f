//! Scans a text from its beginning to its end. The token that begins first wins over tokens that would begin within it.

mod link;

use std::ops::Range;

use super::{DelimiterRun, Token, TokenKind, escape::Escape, flanking};
use crate::markup::{
    address::{self, Address},
    code_span, emoji,
    mention::Names,
};

/// Longer runs of `*` or `_` are drawn lines.
const MAX_RUN: usize = 3;

pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    /// Indexes of the tokens of `[` that may begin a link.
    pub(super) brackets: Vec<usize>,
    names: &'a Names<'a>,
    escapes: std::slice::Iter<'a, Escape>,
    addresses: std::vec::IntoIter<Address>,
    unclosed: code_span::Unclosed,
    at: usize,
    /// Start of the text that is not in a token yet.
    from: usize,
    words: usize,
}

/// Returns the tokens of a text, in which delimiter runs are not yet paired.
pub(super) fn scan<'a>(text: &'a str, names: &'a Names<'a>, escapes: &'a [Escape]) -> Vec<Token> {
    let mut scan = Scanner {
        text,
        tokens: Vec::new(),
        brackets: Vec::new(),
        names,
        escapes: escapes.iter(),
        addresses: address::find(text).into_iter(),
        unclosed: code_span::Unclosed::default(),
        at: 0,
        from: 0,
        words: 0,
    };
    while let Some(&byte) = text.as_bytes().get(scan.at) {
        scan.step(byte);
    }
    scan.text_until(text.len());
    scan.tokens
}

impl Scanner<'_> {
    fn step(&mut self, byte: u8) {
        if let Some(address) = self.address() {
            return self.token(address.range, TokenKind::Address(address.missing_prefix));
        }
        match byte {
            b'\\' => self.backslashes(),
            b'`' => self.code(),
            b'*' | b'_' | b'~' => self.run(byte),
            b':' => self.emoji(),
            b'@' => self.mention(),
            b'\n' => self.token(self.at..self.at + 1, TokenKind::LineBreak),
            b'[' => {
                self.token(self.at..self.at + 1, TokenKind::Text);
                self.brackets.push(self.tokens.len() - 1);
            }
            b']' => match link::end_of_link(self) {
                Some(end) => self.token(self.at..end, TokenKind::LinkEnd),
                None => self.at += 1,
            },
            _ => self.at += 1,
        }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Ends the text before a token, and adds the token.
    fn token(&mut self, range: Range<usize>, kind: TokenKind) {
        self.text_until(range.start);
        let shown = matches!(
            kind,
            TokenKind::Emoji(_) | TokenKind::Code(_) | TokenKind::Address(_) | TokenKind::Mention(_)
        );
        self.at = range.end;
        self.from = range.end;
        self.tokens.push(Token { range, kind, words: self.words });
        self.words += usize::from(shown);
    }

    fn text_until(&mut self, end: usize) {
        let Some(text) = self.text.get(self.from..end).filter(|text| !text.is_empty()) else { return };
        self.tokens.push(Token { range: self.from..end, kind: TokenKind::Text, words: self.words });
        self.words += text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()).count();
        self.from = end;
    }

    /// Takes the address that begins here.
    fn address(&mut self) -> Option<Address> {
        while self.addresses.as_slice().first()?.range.start < self.at {
            self.addresses.next();
        }
        let here = self.addresses.as_slice().first()?.range.start == self.at;
        if here { self.addresses.next() } else { None }
    }

    /// Skips escapes and the sign after them, which is text.
    fn backslashes(&mut self) {
        while self.escapes.as_slice().first().is_some_and(|escape| escape.at < self.at) {
            self.escapes.next();
        }
        let escape = self.escapes.as_slice().first().filter(|escape| escape.at == self.at);
        let Some(escape) = escape else {
            self.at += 1;
            return;
        };
        let shown = escape.at + escape.shown();
        self.text_until(shown);
        if escape.shown() < escape.length {
            self.token(shown..escape.at + escape.length, TokenKind::Hidden);
        }
        self.at = escape.at + escape.length + usize::from(escape.is_escaped());
    }

    fn code(&mut self) {
        let (ticks, end) = code_span::end(self.text, self.at, &mut self.unclosed);
        let Some(ticks) = ticks else {
            self.at = end;
            return;
        };
        let from = self.at + ticks;
        let (begin, length) = code_span::inner(self.text.get(from..end - ticks).unwrap_or_default());
        self.token(self.at..end, TokenKind::Code(from + begin..from + length));
    }

    fn run(&mut self, mark: u8) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().take_while(|byte| *byte == mark).count();
        let fits = if mark == b'~' { length == 2 } else { length <= MAX_RUN };
        let range = self.at..self.at + length;
        if !fits {
            self.at = range.end;
            return;
        }
        let (can_open, can_close) = flanking::can_open_and_close(self.text, range.clone(), mark);
        if can_open || can_close {
            self.token(
                range,
                TokenKind::Delimiters(DelimiterRun {
                    mark,
                    can_open,
                    can_close,
                    remaining: length,
                    ..DelimiterRun::default()
                }),
            );
        } else {
            self.at = range.end;
        }
    }

    fn emoji(&mut self) {
        match emoji::shortcode_at(self.text, self.from, self.at) {
            Some((emoji, end)) => self.token(self.at..end, TokenKind::Emoji(emoji)),
            None => self.at += 1,
        }
    }

    fn mention(&mut self) {
        match self.names.at(self.text, self.at) {
            Some((user, end)) => self.token(self.at..end, TokenKind::Mention(user)),
            None => self.at += 1,
        }
    }
}
