//! Decides from the characters on both sides whether a delimiter run can open or close emphasis.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::unicode_script::is_spaceless;

/// A character next to a delimiter run; `None` at the edge of the text.
#[derive(Clone, Copy)]
struct Neighbour(Option<char>);

impl Neighbour {
    fn is_space(self) -> bool {
        self.0.is_none_or(char::is_whitespace)
    }

    fn is_letter(self) -> bool {
        self.0.is_some_and(is_letter)
    }

    /// A letter or digit of a script with spaces between words.
    fn is_word(self) -> bool {
        self.0.is_some_and(|c| is_letter(c) && !is_spaceless(c))
    }

    fn is_sign(self) -> bool {
        !self.is_space() && !self.is_letter()
    }

    fn is_one_of(self, signs: &str) -> bool {
        self.0.is_some_and(|c| signs.contains(c))
    }

    /// Punctuation that occurs between words. Other signs are parts of emoticons: `¯_(ツ)_/¯`.
    fn is_punctuation(self) -> bool {
        self.0.is_some_and(|c| {
            c.is_ascii_punctuation()
                || matches!(c, '\u{2010}'..='\u{205e}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}' | '«' | '»' | '¡' | '¿')
        })
    }
}

/// Includes joiners, which occur within words, and marks, which belong to the letter before them.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// Returns whether a delimiter run can open emphasis, and whether it can close it.
pub(super) fn can_open_and_close(text: &str, range: Range<usize>, mark: u8) -> (bool, bool) {
    let mut before = text.get(..range.start).unwrap_or_default().chars().rev();
    let mut after = text.get(range.end..).unwrap_or_default().chars();
    let previous = Neighbour(before.next());
    let next = Neighbour(after.next());
    if previous.is_word() && next.is_word() {
        return (false, false);
    }
    let second_previous = Neighbour(before.next());
    let second_next = Neighbour(after.next());
    if mark == b'_' {
        return (
            is_left_flanking(previous, next) && is_free(previous, second_previous),
            is_right_flanking(previous, next) && is_free(next, second_next),
        );
    }
    // `*` occurs in file patterns (`*.txt`) and comments (`/*a*/`).
    let is_comment = previous.is_one_of("/") && second_previous.is_space();
    let is_pattern = next.is_one_of("./\\") && second_next.is_letter();
    (is_left_flanking(previous, next) && !is_comment, is_right_flanking(previous, next) && !is_pattern)
}

/// Like left-flanking in CommonMark, and also directly after scripts without spaces.
fn is_left_flanking(previous: Neighbour, next: Neighbour) -> bool {
    let may_stand = !next.is_sign() || previous.is_space() || previous.is_sign() || !previous.is_word();
    !next.is_space() && may_stand && !next.is_one_of(")]},;")
}

fn is_right_flanking(previous: Neighbour, next: Neighbour) -> bool {
    let may_stand = !previous.is_sign() || next.is_space() || next.is_sign() || !next.is_word();
    !previous.is_space() && may_stand && !previous.is_one_of("([{")
}

/// Whether a `_` is not part of a name, as in files (`__init__.py`) and fields (`a._b`).
fn is_free(beside: Neighbour, second: Neighbour) -> bool {
    beside.is_space() || (beside.is_punctuation() && !(beside.is_one_of("./\\:@-") && second.is_letter()))
}
