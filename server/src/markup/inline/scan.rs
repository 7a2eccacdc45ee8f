//! What stands by itself in a text, from its beginning to its end. Whatever comes first takes its signs from what follows.

use std::ops::Range;

use super::{Kind, Run, Token, bracket, code, escape::Escape, flank};
use crate::markup::{
    address::{self, Address},
    emoji,
    mention::Names,
};

/// Longer rows of `*` or `_` are lines that somebody drew.
const MAX_RUN: usize = 3;

pub(super) struct Scan<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    /// The `[` that may begin a link, as tokens.
    pub(super) brackets: Vec<usize>,
    names: &'a Names<'a>,
    escapes: std::slice::Iter<'a, Escape>,
    addresses: std::vec::IntoIter<Address>,
    unclosed: code::Unclosed,
    at: usize,
    /// Where the text begins that is no token yet.
    from: usize,
    words: usize,
}

/// The tokens of a text, those of emphasis not yet paired.
pub(super) fn scan<'a>(text: &'a str, names: &'a Names<'a>, escapes: &'a [Escape]) -> Vec<Token> {
    let mut scan = Scan {
        text,
        tokens: Vec::new(),
        brackets: Vec::new(),
        names,
        escapes: escapes.iter(),
        addresses: address::find(text).into_iter(),
        unclosed: code::Unclosed::default(),
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

impl Scan<'_> {
    fn step(&mut self, byte: u8) {
        if let Some(address) = self.address() {
            return self.token(address.range, Kind::Address(address.lacks));
        }
        match byte {
            b'\\' => self.backslashes(),
            b'`' => self.code(),
            b'*' | b'_' | b'~' => self.run(byte),
            b':' => self.emoji(),
            b'@' => self.mention(),
            b'\n' => self.token(self.at..self.at + 1, Kind::LineBreak),
            b'[' => {
                self.token(self.at..self.at + 1, Kind::Text);
                self.brackets.push(self.tokens.len() - 1);
            }
            b']' => match bracket::link(self) {
                Some(end) => self.token(self.at..end, Kind::LinkEnd),
                None => self.at += 1,
            },
            _ => self.at += 1,
        }
    }

    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// Ends the text before, and adds what follows.
    fn token(&mut self, range: Range<usize>, kind: Kind) {
        self.text_until(range.start);
        let shown = matches!(kind, Kind::Emoji(_) | Kind::Code(_) | Kind::Address(_) | Kind::Mention(_));
        (self.at, self.from) = (range.end, range.end);
        self.tokens.push(Token { range, kind, words: self.words });
        self.words += usize::from(shown);
    }

    fn text_until(&mut self, end: usize) {
        let Some(text) = self.text.get(self.from..end).filter(|text| !text.is_empty()) else { return };
        self.tokens.push(Token { range: self.from..end, kind: Kind::Text, words: self.words });
        self.words += text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii()).count();
        self.from = end;
    }

    /// The address that begins here.
    fn address(&mut self) -> Option<Address> {
        while self.addresses.as_slice().first()?.range.start < self.at {
            self.addresses.next();
        }
        let here = self.addresses.as_slice().first()?.range.start == self.at;
        if here { self.addresses.next() } else { None }
    }

    /// Backslashes about which it was decided, and the sign behind them.
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
            self.token(shown..escape.at + escape.length, Kind::Hidden);
        }
        self.at = escape.at + escape.length + usize::from(escape.is_escaped());
    }

    fn code(&mut self) {
        let (ticks, end) = code::end(self.text, self.at, &mut self.unclosed);
        let Some(ticks) = ticks else {
            self.at = end;
            return;
        };
        let from = self.at + ticks;
        let (begin, length) = code::inner(self.text.get(from..end - ticks).unwrap_or_default());
        self.token(self.at..end, Kind::Code(from + begin..from + length));
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
        let (opens, closes) = flank::sides(self.text, range.clone(), mark);
        if opens || closes {
            self.token(range, Kind::Run(Run { mark, opens, closes, left: length, ..Run::default() }));
        } else {
            self.at = range.end;
        }
    }

    fn emoji(&mut self) {
        match emoji::at(self.text, self.from, self.at) {
            Some((emoji, end)) => self.token(self.at..end, Kind::Emoji(emoji)),
            None => self.at += 1,
        }
    }

    fn mention(&mut self) {
        match self.names.at(self.text, self.at) {
            Some((user, end)) => self.token(self.at..end, Kind::Mention(user)),
            None => self.at += 1,
        }
    }
}
