//! A title as part of a URL. Unicode's tables would add a tenth to the WebAssembly of the page, so this table has only what
//! titles need.

/// Returns words of `a-z` and `0-9` with dashes between them, at most `max` bytes; empty when nothing is left.
pub(super) fn slug(title: &str, max: usize) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        match plain(c) {
            Some(letters) => slug.push_str(letters),
            None if c.is_ascii_alphanumeric() => slug.push(c),
            None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            None => {}
        }
    }
    cut(slug.trim_end_matches('-'), max).to_owned()
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

/// Returns a lowercase letter without diacritics; combining accents and apostrophes become empty.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\'' | '’' | '\u{300}'..='\u{36f}' => "",
        'à'..='å' | 'ā'..='ą' | 'ǎ' | '\u{1ea0}'..='\u{1eb7}' => "a",
        'æ' => "ae",
        'ç' | 'ć'..='č' => "c",
        'ð' | 'ď'..='đ' => "d",
        'è'..='ë' | 'ē'..='ě' | '\u{1eb8}'..='\u{1ec7}' => "e",
        'ĝ'..='ģ' | 'ǧ' => "g",
        'ĥ'..='ħ' => "h",
        'ì'..='ï' | 'ĩ'..='ı' | 'ǐ' | '\u{1ec8}'..='\u{1ecb}' => "i",
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
        _ => return None,
    })
}
