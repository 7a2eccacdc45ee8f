//! Scans a text from its beginning to its end. The token that begins first wins over tokens that would begin within it.

mod link;

use std::ops::Range;

use super::{DelimiterRun, Token, TokenKind, escape::Escape, flanking};
use crate::markup::{
    address::{self, Address},
    code_span, emoji,
    mention::Names,
    reaction::is_in_emoji,
};

/// Longer runs of `*` or `_` are drawn lines.
const MAX_RUN: usize = 3;
/// The longest name of programs. Keeps the search linear.
const MAX_NAME_BYTES: usize = 64;

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

/// Whether a character can be emphasised: a letter, a digit, an emoji, a symbol, an arrow or a currency. Emphasis around other signs only
/// is an emoticon: `(*´▽`*)`.
fn is_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{a2}'..='\u{a5}' | '\u{20a0}'..='\u{20cf}' | '\u{2190}'..='\u{21ff}')
        || matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
        || (!c.is_ascii() && is_in_emoji(c))
}

/// The length of a name of programs such as `__init__`, which is no emphasis: lower-case letters between pairs of `_`.
fn program_name(text: &str) -> Option<usize> {
    let in_name = |byte: &u8| matches!(byte, b'a'..=b'z' | b'_');
    let length = text.bytes().take(MAX_NAME_BYTES + 1).take_while(in_name).count();
    let inner = text.get(..length)?.strip_prefix("__")?.strip_suffix("__")?;
    let is_name = length <= MAX_NAME_BYTES && inner.starts_with(is_word) && inner.ends_with(is_word);
    is_name.then_some(length)
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
        self.words += text.chars().filter(|c| is_word(*c)).count();
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
        if let Some(name) = program_name(rest) {
            self.at += name;
            return;
        }
        let length = rest.bytes().take_while(|byte| *byte == mark).count();
        let fits = if mark == b'~' { length == 2 } else { length <= MAX_RUN };
        let range = self.at..self.at + length;
        if !fits {
            self.at = range.end;
            return;
        }
        let is_after_address = self.from == self.at
            && self.tokens.last().is_some_and(|token| matches!(token.kind, TokenKind::Address(_)));
        let (can_open, can_close) =
            flanking::can_open_and_close(self.text, range.clone(), mark, is_after_address);
        let is_slash = |byte: Option<&u8>| mark == b'*' && matches!(byte, Some(b'/' | b'\\'));
        let before = self.text.as_bytes().get(..self.at).and_then(<[u8]>::last);
        if can_open || can_close {
            self.token(
                range,
                TokenKind::Delimiters(DelimiterRun {
                    mark,
                    can_open,
                    can_close,
                    begins_folder: is_slash(rest.as_bytes().get(length)),
                    ends_folder: is_slash(before) && !is_after_address,
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
        let previous = self.tokens.last().filter(|token| matches!(token.kind, TokenKind::Mention(_)));
        let previous_end = previous.map(|token| token.range.end);
        match self.names.at(self.text, self.at, previous_end) {
            Some((user, end)) => self.token(self.at..end, TokenKind::Mention(user)),
            None => self.at += 1,
        }
    }
}
