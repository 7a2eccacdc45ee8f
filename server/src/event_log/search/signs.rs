//! Signs that people look for although they are no letters: emoji and other symbols, and the signs that make another word of a
//! word, as in C++, C# and .NET.
//!
//! They are indexed beside the words, without a place among them: a phrase goes on over them.

use super::fold::Word;

/// Signs behind a word that count.
const MOST_BEHIND: usize = 3;
/// The longest symbol, in bytes: longer than any emoji.
const LONGEST: usize = 128;

const JOINER: char = '\u{200d}';
const KEY: char = '\u{20e3}';

/// The signs of a text that has these words.
pub(in crate::event_log) fn signs(text: &str, words: &[Word]) -> Vec<Word> {
    let mut signs: Vec<Word> = words.iter().filter_map(|word| with_signs(text, word)).collect();
    if !text.is_ascii() {
        signs.extend(symbols(text));
    }
    signs
}

/// A word with the signs that belong to it. Both databases take full-width signs for letters.
fn with_signs(text: &str, word: &Word) -> Option<Word> {
    let (before, after) = (text.get(..word.range.start)?, text.get(word.range.end..)?);
    let behind: String = after.chars().map_while(behind).take(MOST_BEHIND).collect();
    let bytes: usize = after.chars().take(behind.chars().count()).map(char::len_utf8).sum();
    let goes_on = after.get(bytes..)?.starts_with(char::is_alphanumeric);
    // `a+b` and `issue#14` are two words.
    let behind = if goes_on && behind.chars().count() < 2 { "" } else { behind.as_str() };
    let dot = before
        .strip_suffix('.')
        .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '.'));
    if behind.is_empty() && !dot {
        return None;
    }
    let start = word.range.start - usize::from(dot);
    let end = word.range.end + if behind.is_empty() { 0 } else { bytes };
    let text = format!("{}{}{behind}", if dot { "．" } else { "" }, word.text);
    Some(Word { text, range: start..end })
}

fn behind(c: char) -> Option<char> {
    match c {
        '+' | '＋' => Some('＋'),
        '#' | '＃' => Some('＃'),
        _ => None,
    }
}

fn symbols(text: &str) -> Vec<Word> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match symbol(rest) {
            Some((text, length)) => {
                found.push(Word { text, range: at..at + length });
                length
            }
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
        at += length;
    }
    found
}

/// The symbol that a text begins with, without its colour and without U+FE0F, and how many bytes it takes there. All parts of
/// one emoji are one symbol.
fn symbol(text: &str) -> Option<(String, usize)> {
    let base = text.chars().next().filter(|&c| is_symbol(c) || is_key(c, text))?;
    let (mut symbol, mut length) = (String::from(base), base.len_utf8());
    while let Some(c) = text.get(length..).and_then(|rest| rest.chars().next()).filter(|_| length < LONGEST) {
        let after = text.get(length + c.len_utf8()..).and_then(|rest| rest.chars().next());
        match c {
            '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
            KEY | '\u{e0020}'..='\u{e007f}' => symbol.push(c),
            JOINER if after.is_some_and(is_symbol) => {
                symbol.push(c);
                symbol.extend(after);
                length += after.map_or(0, char::len_utf8);
            }
            _ if is_region(c) && is_region(base) && symbol.chars().count() == 1 => symbol.push(c),
            _ => break,
        }
        length += c.len_utf8();
    }
    Some((symbol, length))
}

/// Whether a digit or a sign is drawn as a key: `1️⃣`.
fn is_key(c: char, text: &str) -> bool {
    matches!(c, '0'..='9' | '#' | '*') && {
        let rest = text.get(1..).unwrap_or_default();
        rest.strip_prefix('\u{fe0f}').unwrap_or(rest).starts_with(KEY)
    }
}

/// One half of a flag.
fn is_region(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Currencies, arrows, mathematics, technical and other symbols, and emoji, by Unicode's blocks. `§` is ours: see `dialect`.
fn is_symbol(c: char) -> bool {
    let is_in_block = matches!(c,
        '¢'..='¥' | '©' | '®' | '°' | '±' | '×' | '÷'
        | '\u{20a0}'..='\u{20cf}'
        | '\u{2100}'..='\u{214f}'
        | '\u{2190}'..='\u{2bff}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1faff}');
    is_in_block && !c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_log::search::fold;

    /// The signs of a text, and how each is written there.
    fn found(text: &str) -> Vec<(String, &str)> {
        let words: Vec<Word> = fold::words(text).collect();
        signs(text, &words).into_iter().map(|sign| (sign.text, &text[sign.range])).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        found(text).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn signs_belong_to_the_word_that_they_change() {
        for (text, expected) in [
            ("C++, C# and .NET.", "c＋＋ c＃ ．net"),
            ("C++17 Ｃ＋＋ c+", "c＋＋ c＋＋ c＋"),
            ("node.js a+b issue#14 end.", ""),
            ("... and so on. Next", ""),
            ("see ~/.ssh and x.y", "．ssh"),
            ("1+1=2, #1", ""),
        ] {
            assert_eq!(texts(text).join(" "), expected, "{text}");
        }
        assert_eq!(found("(C++)"), [("c＋＋".to_owned(), "C++")]);
    }

    #[test]
    fn an_emoji_is_one_sign_however_it_is_coloured_and_spelled() {
        for (text, expected) in [
            ("🎉🎉 party", "🎉 🎉"),
            ("❤\u{fe0f} ❤", "❤ ❤"),
            ("👍🏽 👍", "👍 👍"),
            ("👩🏽\u{200d}💻", "👩\u{200d}💻"),
            ("🇩🇪🇫🇷", "🇩🇪 🇫🇷"),
            ("1\u{fe0f}\u{20e3} 1", "1\u{20e3}"),
            ("5€ → ½", "€ →"),
            ("🏻", "🏻"),
            ("§1 «a»…", ""),
        ] {
            assert_eq!(texts(text).join(" "), expected, "{text}");
        }
        assert_eq!(found("a👍🏽b"), [("👍".to_owned(), "👍🏽")]);
    }
}
