//! Finds the end of an address after its host.

use crate::unicode_script::is_spaceless;

/// The longest run of signs that closes emphasis.
const MAX_RUN: usize = 3;

/// The end of the path, query and fragment that may begin at `at`. The address begins at `start`.
pub(super) fn end(text: &str, start: usize, at: usize, before: &mut Before) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    if !rest.starts_with(['/', '?', '#']) {
        return at;
    }
    before.read(text, start);
    let mut open = Vec::new();
    let mut length = rest.len();
    for (index, c) in rest.char_indices() {
        let continues = match c {
            '(' | '[' | '{' => {
                open.push(c);
                true
            }
            ')' => open.pop() == Some('('),
            ']' => open.pop() == Some('['),
            '}' => open.pop() == Some('{'),
            '|' => !before.ends_at_pipe(rest.get(index + 1..).unwrap_or_default()),
            '*' | '~' => !before.closes(rest.get(index..).unwrap_or_default()),
            c => !stops(c),
        };
        if !continues {
            length = index;
            break;
        }
    }
    at + before.trimmed_length(rest.get(..length).unwrap_or_default())
}

/// The signs before an address that may close after it. The text is read once for all of its addresses, so that the time stays linear.
#[derive(Default)]
pub(super) struct Before {
    /// The position up to which the text was read.
    end: usize,
    last: u8,
    has_star: bool,
    /// On the line of the address.
    has_tildes: bool,
    has_underscore: bool,
    has_pipe: bool,
}

impl Before {
    fn read(&mut self, text: &str, start: usize) {
        for &byte in text.as_bytes().get(self.end..start).unwrap_or_default() {
            match byte {
                b'\n' => *self = Self { has_star: self.has_star, ..Self::default() },
                b'*' => self.has_star = true,
                b'~' => self.has_tildes |= self.last == b'~',
                b'_' => self.has_underscore = true,
                b'|' => self.has_pipe = true,
                _ => {}
            }
            self.last = byte;
        }
        self.end = self.end.max(start);
    }

    /// Whether the address ends at a `|` before `rest`: in a drawn table, before another address, and before the words of a link as
    /// other programs write it (`<https://a.example/x|words>`).
    fn ends_at_pipe(&self, rest: &str) -> bool {
        let begins =
            |prefix: &str| rest.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
        self.has_pipe || self.last == b'<' || ["http://", "https://", "www."].into_iter().any(begins)
    }

    /// Whether `rest` begins with signs that close emphasis before a script without spaces: `**https://a.example/x**です`.
    fn closes(&self, rest: &str) -> bool {
        let is_open = (rest.starts_with('*') && self.has_star) || (rest.starts_with("~~") && self.has_tildes);
        let next = rest.chars().take(MAX_RUN + 1).find(|c| !matches!(c, '*' | '~'));
        is_open && next.is_some_and(is_spaceless)
    }

    /// The length of `path` without punctuation that ends the sentence, and without signs that close emphasis around the address.
    fn trimmed_length(&self, path: &str) -> usize {
        let mut path = path;
        loop {
            let shorter =
                path.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '״', '׳', '|', '(', '[', '{']);
            let shorter = match shorter.as_bytes().last() {
                Some(b'*') if self.has_star => shorter.trim_end_matches('*'),
                Some(b'~') if self.has_tildes => shorter.trim_end_matches("~~"),
                Some(b'_') if self.has_underscore => shorter.trim_end_matches('_'),
                _ => shorter,
            };
            if shorter.len() == path.len() {
                return path.len();
            }
            path = shorter;
        }
    }
}

/// Whether a character cannot be part of an address: spaces, invisible characters, quotation marks and brackets, and the
/// punctuation of other scripts.
fn stops(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || super::link_target::is_deceptive(c)
        || matches!(c, '<' | '>' | '"' | '`')
        || matches!(c, '\u{2018}'..='\u{201f}' | '\u{2026}' | '\u{2039}' | '\u{203a}' | '«' | '»' | '\u{2e80}'..='\u{2fff}')
        || matches!(c, '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}' | '\u{fe10}'..='\u{fe6f}')
        || matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}')
        || matches!(
            c,
            '\u{37e}' | '\u{387}' | '\u{55a}'..='\u{55f}' | '\u{589}' | '\u{5be}' | '\u{5c0}' | '\u{5c3}'
        )
        || matches!(
            c,
            '\u{60c}' | '\u{60d}' | '\u{61b}' | '\u{61e}' | '\u{61f}' | '\u{6d4}' | '\u{700}'..='\u{70d}'
        )
        || matches!(
            c,
            '\u{964}' | '\u{965}' | '\u{e2f}' | '\u{e5a}' | '\u{e5b}' | '\u{f08}' | '\u{f0d}'..='\u{f12}'
        )
        || matches!(c, '\u{104a}' | '\u{104b}' | '\u{1361}'..='\u{1368}' | '\u{166e}' | '\u{17d4}'..='\u{17d6}')
        || matches!(c, '\u{1800}'..='\u{1805}' | '\u{2010}'..='\u{2017}' | '\u{203c}' | '\u{203d}' | '\u{2047}'..='\u{2049}')
}
