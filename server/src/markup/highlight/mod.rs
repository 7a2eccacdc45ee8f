//! Syntax highlighting with a table of keywords and signs for each language, in one pass over the code.
//!
//! Grammars of regular expressions distinguish more, and their running time cannot be bounded: on 8 KiB of chosen code, the best
//! library took half a second, and 390 ms for its first line of TypeScript. This takes microseconds.

mod languages;

use super::escape_html::escape_html;
pub(super) use languages::Language;

/// The longest code that is highlighted.
const MAX_CODE_BYTES: usize = 8 * 1024;
/// How many times longer than the code its HTML may be.
const MAX_GROWTH_FACTOR: usize = 6;

/// Names after a fence for text without highlighting.
const PLAIN_NAMES: [&str; 8] = ["text", "txt", "plain", "plaintext", "md", "markdown", "log", "csv"];

/// Finds a language by a name after a fence, in any case.
pub(super) fn language(name: &str) -> Option<&'static Language> {
    let name = name.to_ascii_lowercase();
    languages::ALL.iter().find(|language| language.names.contains(&name.as_str()))
}

/// Whether a name after a fence is known, with or without highlighting.
pub(super) fn is_known(name: &str) -> bool {
    language(name).is_some() || PLAIN_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Highlights code as HTML. Returns `None` if the code or the HTML is too long.
pub(super) fn highlight(language: &'static Language, code: &str) -> Option<String> {
    if code.len() > MAX_CODE_BYTES {
        return None;
    }
    let mut scanner = Scanner { language, code, at: 0, out: String::with_capacity(code.len() * 3) };
    if language.by_line {
        scanner.lines()
    } else {
        scanner.tokens()
    }
    (scanner.out.len() <= code.len() * MAX_GROWTH_FACTOR + 256).then_some(scanner.out)
}

struct Scanner<'a> {
    language: &'static Language,
    code: &'a str,
    at: usize,
    out: String,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.code.get(self.at..).unwrap_or_default()
    }

    /// Writes the next `length` bytes, in a `span` if they have a class.
    fn take(&mut self, length: usize, class: Option<char>) {
        let text = self.rest();
        let text = text.get(..text.floor_char_boundary(length)).unwrap_or_default();
        self.at += text.len();
        let Some(class) = class else { return escape_html(text, &mut self.out) };
        self.out.push_str(r#"<span class=""#);
        self.out.push(class);
        self.out.push_str(r#"">"#);
        escape_html(text, &mut self.out);
        self.out.push_str("</span>");
    }

    fn tokens(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            let (length, class) = self.token(c);
            self.take(length.max(c.len_utf8()), class);
        }
    }

    fn token(&self, c: char) -> (usize, Option<char>) {
        if let Some(length) = self.comment() {
            return (length, Some('c'));
        }
        if let Some(length) = self.string(c) {
            let is_key = self.language.keys.is_some_and(|sign| self.is_followed(length, sign));
            return (length, Some(if is_key { 't' } else { 's' }));
        }
        match c {
            '0'..='9' => (span(self.rest(), |c| c.is_alphanumeric() || matches!(c, '.' | '_')), Some('n')),
            '@' | '#' if self.language.marks.contains(c) => {
                (1 + span(self.rest().get(1..).unwrap_or_default(), in_word), Some('m'))
            }
            '<' if self.language.tags => self.tag(),
            c if begins_word(c) => self.word(),
            _ => (c.len_utf8(), None),
        }
    }

    fn comment(&self) -> Option<usize> {
        let rest = self.rest();
        if let Some(&(begin, end)) = self.language.blocks.iter().find(|(begin, _)| rest.starts_with(begin)) {
            let inner = rest.get(begin.len()..)?.find(end);
            return Some(inner.map_or(rest.len(), |inner| begin.len() + inner + end.len()));
        }
        let begins =
            self.language.lines.iter().any(|&begin| rest.starts_with(begin) && self.may_comment(begin));
        begins.then(|| rest.find('\n').unwrap_or(rest.len()))
    }

    /// Within a word, a `#` does not begin a comment, as in shells.
    fn may_comment(&self, begin: &str) -> bool {
        let before = self.code.get(..self.at).and_then(|before| before.chars().next_back());
        begin != "#"
            || before.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '(' | ')' | '}' | ']' | ','))
    }

    fn string(&self, quote: char) -> Option<usize> {
        if !self.language.quotes.contains(quote) || (quote == '\'' && self.is_lifetime()) {
            return None;
        }
        let rest = self.rest();
        let triple: String = [quote; 3].iter().collect();
        if self.language.triple && rest.starts_with(&triple) {
            let inner = rest.get(3..)?.find(&triple);
            return Some(inner.map_or(rest.len(), |inner| inner + 6));
        }
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                '\n' if quote != '`' => return Some(at),
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => return Some(at + 1),
                _ => {}
            }
        }
        Some(rest.len())
    }

    /// Distinguishes the lifetime `'a` from the character `'a'`.
    fn is_lifetime(&self) -> bool {
        let mut chars = self.rest().chars().skip(1);
        let first = chars.next();
        let second = chars.next();
        self.language.lifetimes && first != Some('\\') && second != Some('\'')
    }

    fn word(&self) -> (usize, Option<char>) {
        let rest = self.rest();
        let length = span(rest, in_word);
        let word = rest.get(..length).unwrap_or_default();
        (length, self.class(word, length))
    }

    fn class(&self, word: &str, length: usize) -> Option<char> {
        if self.is_keyword(word) {
            return Some('k');
        }
        if self.language.keys.is_some_and(|sign| self.is_followed(length, sign)) {
            return Some('t');
        }
        if self.rest().as_bytes().get(length) == Some(&b'(') {
            return Some('f');
        }
        let is_type = self.language.types && word.starts_with(|c: char| c.is_ascii_uppercase());
        is_type.then_some('t')
    }

    fn is_keyword(&self, word: &str) -> bool {
        let same = |keyword: &str| match self.language.any_case {
            true => keyword.eq_ignore_ascii_case(word),
            false => keyword == word,
        };
        self.language.keywords.split(' ').any(same)
    }

    /// Whether `sign` follows, after at most seven spaces.
    fn is_followed(&self, length: usize, sign: char) -> bool {
        let after = self.rest().get(length..).unwrap_or_default();
        after.chars().take(8).find(|c| *c != ' ') == Some(sign)
    }

    /// Scans `<name` or `</name`.
    fn tag(&self) -> (usize, Option<char>) {
        let rest = self.rest();
        let begin = if rest.starts_with("</") { 2 } else { 1 };
        let name =
            span(rest.get(begin..).unwrap_or_default(), |c| in_word(c) || matches!(c, '-' | ':' | '!'));
        if name == 0 { (begin, None) } else { (begin + name, Some('k')) }
    }

    /// Highlights whole lines by their beginning, as in diffs.
    fn lines(&mut self) {
        while !self.rest().is_empty() {
            let rest = self.rest();
            let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let class = match rest.as_bytes() {
                [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Some('m'),
                [b'+' | b'>', ..] => Some('i'),
                [b'-' | b'<', ..] => Some('d'),
                [b'@', b'@', ..]
                | [b'd', b'i', b'f', b'f', b' ', ..]
                | [b'i', b'n', b'd', b'e', b'x', b' ', ..] => Some('m'),
                _ => None,
            };
            self.take(length, class);
        }
    }
}

fn begins_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '$')
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// The number of leading bytes whose characters are of a kind.
fn span(text: &str, kind: impl Fn(char) -> bool) -> usize {
    text.find(|c| !kind(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
