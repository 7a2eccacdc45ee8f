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

    fn is_spaceless(self) -> bool {
        self.0.is_some_and(is_spaceless)
    }

    /// Punctuation of scripts without spaces. Emphasis that ends after it needs no space: `**重要。**OK`.
    fn is_spaceless_sign(self) -> bool {
        self.0
            .is_some_and(|c| matches!(c, '\u{3001}'..='\u{303f}' | '\u{ff01}'..='\u{ff65}') && !is_letter(c))
    }

    fn is_sign(self) -> bool {
        !self.is_space() && !self.is_letter()
    }

    fn is_quote(self) -> bool {
        self.is_one_of("\"'“”„‘’«»")
    }

    fn is_one_of(self, signs: &str) -> bool {
        self.0.is_some_and(|c| signs.contains(c))
    }

    /// Punctuation beyond ASCII that occurs between words. Other signs are parts of emoticons: `¯_(ツ)_/¯`.
    fn is_foreign_punctuation(self) -> bool {
        self.0.is_some_and(|c| {
            matches!(c, '\u{2010}'..='\u{205e}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}' | '«' | '»' | '¡' | '¿')
        })
    }

    /// Whether this is the sign between the eyes of `*_*`. A currency counts as a word.
    fn is_mouth(self, beyond: Self) -> bool {
        beyond.is_one_of("*") && self.0.is_some_and(|c| c.is_ascii_punctuation() && c != '$')
    }

    /// Whether a colon begins a row of sparkles (`*:･ﾟ✧`), and no shortcode (`:tada:`).
    fn begins_sparkle(self, beyond: Self) -> bool {
        self.is_one_of(":") && !beyond.0.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'))
    }
}

/// Includes joiners, which occur within words, and marks, which belong to the letter before them.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

/// Returns whether a delimiter run can open emphasis, and whether it can close it. `is_after_address`: the run follows an address, whose
/// signs are not those of code.
pub(super) fn can_open_and_close(
    text: &str,
    range: Range<usize>,
    mark: u8,
    is_after_address: bool,
) -> (bool, bool) {
    let mut before = text.get(..range.start).unwrap_or_default().chars().rev();
    let mut after = text.get(range.end..).unwrap_or_default().chars();
    let previous = Neighbour(before.next());
    let next = Neighbour(after.next());
    if (previous.is_word() && next.is_word()) || (previous.is_quote() && next.is_quote()) {
        return (false, false);
    }
    let second_previous = Neighbour(before.next());
    let second_next = Neighbour(after.next());
    let (may_open, may_close) = match mark {
        // The mouth of `^_^`.
        b'_' if previous.is_sign() && previous.0 == next.0 => (false, false),
        b'_' => (is_free(previous, second_previous, "([{"), is_free(next, second_next, ")]}:")),
        b'*' if !is_after_address => {
            is_no_code([second_previous, previous, next, second_next], range.len() == 1)
        }
        _ => (true, true),
    };
    (is_left_flanking(previous, next) && may_open, is_right_flanking(previous, next) && may_close)
}

/// Whether a `*` can open and close emphasis, and is not part of a comment (`/* a */`), a file pattern (`*.txt`, `a/*`, `a/**/b`), a
/// regular expression (`.*a.*`, `[a]*b`), a product (`(a)*b`) or an emoticon (`*_*`, `*:･ﾟ`).
fn is_no_code(
    [second_previous, previous, next, second_next]: [Neighbour; 4],
    is_single: bool,
) -> (bool, bool) {
    let begins_comment = previous.is_one_of("/") && second_previous.is_space();
    let ends_comment = next.is_one_of("/") && second_next.is_space();
    if begins_comment || ends_comment {
        return (false, false);
    }
    let is_operator = is_single && previous.is_one_of(".)]}") && !next.is_spaceless();
    let is_product = is_operator && next.is_one_of("([{");
    let is_in_folder = previous.is_one_of("/\\");
    let is_folder = is_in_folder && next.is_one_of("/\\");
    let begins_file = next.is_one_of("./\\") && second_next.is_letter();
    let is_file = begins_file || is_folder || (is_in_folder && is_single);
    let begins_face = is_single && (next.is_mouth(second_next) || next.begins_sparkle(second_next));
    let ends_face = is_single && previous.is_mouth(second_previous);
    (!is_operator && !is_folder && !begins_face, !is_file && !is_product && !ends_face)
}

/// Like left-flanking in CommonMark, and also directly after scripts without spaces.
fn is_left_flanking(previous: Neighbour, next: Neighbour) -> bool {
    let may_stand = !next.is_sign()
        || previous.is_space()
        || previous.is_sign()
        || !previous.is_word()
        || next.is_spaceless_sign();
    !next.is_space() && may_stand && !next.is_one_of(")]},;")
}

fn is_right_flanking(previous: Neighbour, next: Neighbour) -> bool {
    let may_stand = !previous.is_sign()
        || next.is_space()
        || next.is_sign()
        || !next.is_word()
        || previous.is_spaceless_sign();
    !previous.is_space() && may_stand && !previous.is_one_of("([{")
}

/// Whether a `_` is not part of a name, as in files (`__init__.py`), fields (`a._b`) and shares (`\\_a_`), nor of an emoticon (`>_<`,
/// `¯\_(ツ)_/¯`). `brackets` are those that may stand beside it.
fn is_free(beside: Neighbour, second: Neighbour, brackets: &str) -> bool {
    let is_name = beside.is_one_of(".:@") && second.is_letter();
    let is_joined = beside.is_one_of("/-:") && second.is_one_of("_*");
    let is_sign =
        beside.is_one_of(brackets) || beside.is_one_of("*~|\"'.,;!?") || beside.is_foreign_punctuation();
    beside.is_space() || is_joined || (is_sign && !is_name)
}
