//! Whether signs of emphasis may begin or end it, by what stands on both sides of them.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::unicode_script::is_spaceless;

/// A character beside a row of signs.
#[derive(Clone, Copy)]
struct Side(Option<char>);

impl Side {
    fn is_space(self) -> bool {
        self.0.is_none_or(char::is_whitespace)
    }

    fn is_letter(self) -> bool {
        self.0.is_some_and(is_letter)
    }

    /// A letter or digit of a script that sets spaces between words.
    fn is_word(self) -> bool {
        self.0.is_some_and(|c| is_letter(c) && !is_spaceless(c))
    }

    fn is_sign(self) -> bool {
        !self.is_space() && !self.is_letter()
    }

    fn is(self, signs: &str) -> bool {
        self.0.is_some_and(|c| signs.contains(c))
    }

    /// A sign that people set between words. Others make faces: `¯_(ツ)_/¯`.
    fn is_punctuation(self) -> bool {
        self.0.is_some_and(|c| {
            c.is_ascii_punctuation()
                || matches!(c, '\u{2010}'..='\u{205e}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}' | '«' | '»' | '¡' | '¿')
        })
    }
}

/// Joiners stand in words; marks belong to the letter before them.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether signs at a place may begin emphasis, and whether they may end it.
pub(super) fn sides(text: &str, range: Range<usize>, mark: u8) -> (bool, bool) {
    let mut before = text.get(..range.start).unwrap_or_default().chars().rev();
    let mut after = text.get(range.end..).unwrap_or_default().chars();
    let (previous, next) = (Side(before.next()), Side(after.next()));
    if previous.is_word() && next.is_word() {
        return (false, false);
    }
    let (farther, further) = (Side(before.next()), Side(after.next()));
    if mark == b'_' {
        return (
            begins(previous, next) && is_free(previous, farther),
            begins_reversed(previous, next) && is_free(next, further),
        );
    }
    // `*` stands for names of files (`*.txt`), and begins comments (`/*a*/`).
    let is_comment = previous.is("/") && farther.is_space();
    let is_pattern = next.is("./\\") && further.is_letter();
    (begins(previous, next) && !is_comment, begins_reversed(previous, next) && !is_pattern)
}

/// As CommonMark's left-flanking, and directly behind scripts without spaces.
fn begins(previous: Side, next: Side) -> bool {
    let may_stand = !next.is_sign() || previous.is_space() || previous.is_sign() || !previous.is_word();
    !next.is_space() && may_stand && !next.is(")]},;")
}

fn begins_reversed(previous: Side, next: Side) -> bool {
    let may_stand = !previous.is_sign() || next.is_space() || next.is_sign() || !next.is_word();
    !previous.is_space() && may_stand && !previous.is("([{")
}

/// A `_` stands in names as well: of files (`__init__.py`), of fields (`a._b`).
fn is_free(beside: Side, farther: Side) -> bool {
    beside.is_space() || (beside.is_punctuation() && !(beside.is("./\\:@-") && farther.is_letter()))
}
