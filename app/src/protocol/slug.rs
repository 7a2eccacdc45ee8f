//! A title as part of a URL. Unicode's tables would add a tenth to the WebAssembly of the page, so this table has only what
//! titles need.

use super::digit::ascii_digit;

/// Returns words of `a-z` and `0-9` with dashes between them, at most `max` bytes; empty when nothing is left.
pub(super) fn slug(title: &str, max: usize) -> String {
    let mut slug = String::new();
    for c in title.chars().map(usual).flat_map(char::to_lowercase) {
        match plain(c) {
            Some(letters) => slug.push_str(letters),
            None if c.is_ascii_alphanumeric() => slug.push(c),
            None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            None => {}
        }
    }
    cut(slug.trim_end_matches('-'), max).to_owned()
}

/// Returns a text in lower case and without diacritics, for finding it with or without them.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().map(usual).flat_map(char::to_lowercase) {
        match plain(c) {
            Some(letters) => folded.push_str(letters),
            None => folded.extend(unmarked(c)),
        }
    }
    folded
}

/// Returns a letter of another script without its marks; `None` for a mark.
fn unmarked(c: char) -> Option<char> {
    Some(match c {
        // Hebrew points, and Arabic vowels and the stroke that lengthens words.
        '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' => {
            return None;
        }
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' | 'ϊ' | 'ΐ' => 'ι',
        'ό' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' => 'υ',
        'ώ' => 'ω',
        'ς' => 'σ',
        'ё' => 'е',
        _ => c,
    })
}

/// Returns the ASCII form of a full-width character, which input methods for Chinese and Japanese produce.
pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{fe5f}' => '#',
        _ => c,
    }
}

fn usual(c: char) -> char {
    ascii_digit(c).unwrap_or_else(|| half_width(c))
}

/// Cuts between words, if that leaves more than half.
fn cut(slug: &str, max: usize) -> &str {
    let Some(fitting) = slug.get(..max) else { return slug };
    if slug.as_bytes().get(max) == Some(&b'-') {
        return fitting;
    }
    let words = fitting.rsplit_once('-').map_or(fitting, |(words, _)| words);
    if words.len() > max / 2 { words } else { fitting }
}

/// Returns a lowercase letter without diacritics, or the letters of a ligature; combining accents and apostrophes become empty.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\'' | '‘' | '’' | 'ʻ' | 'ʼ' | '\u{300}'..='\u{36f}' => "",
        'à'..='å' | 'ā'..='ą' | 'ǎ' | '\u{1ea0}'..='\u{1eb7}' => "a",
        'æ' => "ae",
        'ç' | 'ć'..='č' => "c",
        'ð' | 'ď'..='đ' => "d",
        'è'..='ë' | 'ē'..='ě' | '\u{1eb8}'..='\u{1ec7}' => "e",
        'ĝ'..='ģ' | 'ǧ' => "g",
        'ĥ'..='ħ' => "h",
        'ì'..='ï' | 'ĩ'..='ı' | 'ǐ' | '\u{1ec8}'..='\u{1ecb}' => "i",
        'ĳ' => "ij",
        'ĵ' => "j",
        'ķ' | 'ĸ' => "k",
        'ĺ'..='ł' => "l",
        'ñ' | 'ń'..='ň' => "n",
        'ò'..='ö' | 'ø' | 'ō'..='ő' | 'ơ' | 'ǒ' | '\u{1ecc}'..='\u{1ee3}' => "o",
        'œ' => "oe",
        'ŕ'..='ř' => "r",
        'ß' => "ss",
        'ś'..='š' | 'ș' => "s",
        'ţ'..='ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ'..='ų' | 'ư' | 'ǔ' | '\u{1ee4}'..='\u{1ef1}' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | '\u{1ef2}'..='\u{1ef9}' => "y",
        'ź'..='ž' => "z",
        'ŋ' => "n",
        'ſ' => "s",
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        _ => return None,
    })
}
