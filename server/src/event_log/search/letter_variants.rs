//! Maps letters and digits that people write for each other, and that Unicode's decompositions do not unify.

use app::protocol::{self, ascii_digit};

/// Returns whether a character is invisible inside words: joiners, direction marks, selectors of variants and the like. The zero-width
/// space separates words, and so do characters that are as wide as a letter.
pub(super) fn is_invisible(c: char) -> bool {
    protocol::is_invisible(c) && !is_filler(c) && !matches!(c, '\u{200b}' | '\u{2800}')
}

/// Returns whether a character is a letter to Unicode and shows nothing: the fillers of Hangul.
pub(super) fn is_filler(c: char) -> bool {
    matches!(c, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}')
}

/// Returns the base form of a letter or digit. Keyboards for Arabic, Persian, Urdu and Kurdish differ in their kaf, yeh and
/// heh, and many people write ى for ي and ه for ة.
pub(super) fn base_letters(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'þ' => ('t', Some('h')),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ħ' => ('h', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        'ٱ' => ('ا', None),
        'ک' | 'ڪ' => ('ك', None),
        'ی' | 'ى' | 'ۍ' => ('ي', None),
        'ة' | 'ۃ' | 'ہ' | 'ھ' | 'ە' => ('ه', None),
        other => (ascii_digit(other).unwrap_or(other), None),
    };
    std::iter::once(first).chain(second)
}
