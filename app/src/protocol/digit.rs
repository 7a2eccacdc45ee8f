//! Decimal digits of other scripts.

/// The zeros of Unicode's decimal digits beyond ASCII (general category `Nd`), except mathematical ones; the other nine digits follow each
/// of them.
const ZEROS: [char; 62] = [
    '\u{0660}',
    '\u{06f0}',
    '\u{07c0}',
    '\u{0966}',
    '\u{09e6}',
    '\u{0a66}',
    '\u{0ae6}',
    '\u{0b66}',
    '\u{0be6}',
    '\u{0c66}',
    '\u{0ce6}',
    '\u{0d66}',
    '\u{0de6}',
    '\u{0e50}',
    '\u{0ed0}',
    '\u{0f20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19d0}',
    '\u{1a80}',
    '\u{1a90}',
    '\u{1b50}',
    '\u{1bb0}',
    '\u{1c40}',
    '\u{1c50}',
    '\u{a620}',
    '\u{a8d0}',
    '\u{a900}',
    '\u{a9d0}',
    '\u{a9f0}',
    '\u{aa50}',
    '\u{abf0}',
    '\u{ff10}',
    '\u{104a0}',
    '\u{10d30}',
    '\u{11066}',
    '\u{110f0}',
    '\u{11136}',
    '\u{111d0}',
    '\u{112f0}',
    '\u{11450}',
    '\u{114d0}',
    '\u{11650}',
    '\u{116c0}',
    '\u{11730}',
    '\u{118e0}',
    '\u{11950}',
    '\u{11c50}',
    '\u{11d50}',
    '\u{11da0}',
    '\u{11f50}',
    '\u{16a60}',
    '\u{16ac0}',
    '\u{16b50}',
    '\u{1e140}',
    '\u{1e2f0}',
    '\u{1e4f0}',
    '\u{1e950}',
    '\u{1fbf0}',
];

/// Returns the ASCII digit of the same value, or `None` for any other character, ASCII digits included.
pub fn ascii_digit(c: char) -> Option<char> {
    if c < ZEROS[0] {
        return None;
    }
    let zero = ZEROS.into_iter().rev().find(|&zero| zero <= c)?;
    char::from_digit(c as u32 - zero as u32, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_map_to_their_value() {
        assert!(ZEROS.is_sorted());
        for zero in ZEROS {
            assert!(zero.is_numeric() && ascii_digit(zero) == Some('0'), "{zero:?}");
            assert_eq!(char::from_u32(zero as u32 + 9).and_then(ascii_digit), Some('9'), "{zero:?}");
        }
        for c in ['a', '5', 'ش', '中', '\u{10ffff}'] {
            assert_eq!(ascii_digit(c), None, "{c:?}");
        }
    }
}
