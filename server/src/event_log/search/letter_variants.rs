//! Maps letters and digits that people write for each other, and that Unicode's decompositions do not unify.

/// The zeros of the scripts in which people write numbers; the other nine digits follow each of them.
const ZEROS: [char; 24] = [
    '\u{0660}', '\u{06f0}', '\u{07c0}', '\u{0966}', '\u{09e6}', '\u{0a66}', '\u{0ae6}', '\u{0b66}',
    '\u{0be6}', '\u{0c66}', '\u{0ce6}', '\u{0d66}', '\u{0de6}', '\u{0e50}', '\u{0ed0}', '\u{0f20}',
    '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}', '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1c50}',
];

/// Returns the ASCII digit of the same value.
pub(super) fn ascii_digit(c: char) -> Option<char> {
    if c < ZEROS[0] {
        return None;
    }
    let zero = ZEROS.into_iter().rev().find(|&zero| zero <= c)?;
    char::from_digit(c as u32 - zero as u32, 10)
}

/// Returns whether a character is invisible inside words: joiners, direction marks and the like.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_map_to_their_value() {
        for zero in ZEROS {
            assert!(zero.is_numeric() && ascii_digit(zero) == Some('0'), "{zero:?}");
            assert_eq!(char::from_u32(zero as u32 + 9).and_then(ascii_digit), Some('9'), "{zero:?}");
        }
        for c in ['a', '5', 'ش', '中', '\u{10ffff}'] {
            assert_eq!(ascii_digit(c), None, "{c:?}");
        }
    }
}
