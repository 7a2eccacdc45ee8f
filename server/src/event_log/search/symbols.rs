//! Finds symbols that people search for although they are not letters: emoji (also those typed as `:name:`) and other symbols, and the
//! characters that make another word of a word, as in C++, C# and .NET.
//!
//! They are indexed besides the words and without a position, so they do not interrupt a phrase.

use super::tokenizer::{WordToken, tokenize};
use crate::markup::shortcodes;

/// The `+` and `#` behind a word that count.
const MAX_SUFFIX_CHARS: usize = 3;
/// The longest symbol, in bytes: longer than any emoji.
const MAX_SYMBOL_BYTES: usize = 128;

const ZERO_WIDTH_JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

/// Returns the symbols of a text that consists of these words.
pub(in crate::event_log) fn symbols(text: &str, words: &[WordToken]) -> Vec<WordToken> {
    let mut symbols: Vec<WordToken> = words.iter().filter_map(|word| with_affixes(text, word)).collect();
    symbols.extend(shortcodes(text).filter_map(|(emoji, range)| {
        // Some emoji are letters to Unicode, and so words: `🅰`, `ℹ`.
        let text =
            symbol(emoji).map(|(text, _)| text).or_else(|| tokenize(emoji).next().map(|word| word.text))?;
        Some(WordToken { text, range })
    }));
    if !text.is_ascii() {
        symbols.extend(standalone_symbols(text));
    }
    symbols
}

/// Returns a word together with its suffix (`+`, `#`) and a leading dot, or `None` if it has neither. They are written in
/// full-width characters, which both databases treat as letters.
fn with_affixes(text: &str, word: &WordToken) -> Option<WordToken> {
    let before = text.get(..word.range.start)?;
    let after = text.get(word.range.end..)?;
    let suffix: String = after.chars().map_while(suffix_char).take(MAX_SUFFIX_CHARS).collect();
    let suffix_bytes: usize = after.chars().take(suffix.chars().count()).map(char::len_utf8).sum();
    let is_followed = after.get(suffix_bytes..)?.starts_with(char::is_alphanumeric);
    // `a+b` and `issue#14` are two words each.
    let suffix = if is_followed && suffix.chars().count() < 2 { "" } else { suffix.as_str() };
    let has_dot = before
        .strip_suffix('.')
        .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '.'));
    if suffix.is_empty() && !has_dot {
        return None;
    }
    let start = word.range.start - usize::from(has_dot);
    let end = word.range.end + if suffix.is_empty() { 0 } else { suffix_bytes };
    let text = format!("{}{}{suffix}", if has_dot { "．" } else { "" }, word.text);
    Some(WordToken { text, range: start..end })
}

fn suffix_char(c: char) -> Option<char> {
    match c {
        '+' | '＋' => Some('＋'),
        '#' | '＃' => Some('＃'),
        _ => None,
    }
}

fn standalone_symbols(text: &str) -> Vec<WordToken> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match symbol(rest) {
            Some((text, length)) => {
                found.push(WordToken { text, range: at..at + length });
                length
            }
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
        at += length;
    }
    found
}

/// Returns the symbol at the start of a text, without skin tone and variation selector, and its length in bytes there. All
/// parts of one emoji are one symbol.
fn symbol(text: &str) -> Option<(String, usize)> {
    let base = text.chars().next().filter(|&c| is_symbol(c) || is_keycap(c, text))?;
    let mut symbol = String::from(base);
    let mut length = base.len_utf8();
    while let Some(c) =
        text.get(length..).and_then(|rest| rest.chars().next()).filter(|_| length < MAX_SYMBOL_BYTES)
    {
        let after = text.get(length + c.len_utf8()..).and_then(|rest| rest.chars().next());
        match c {
            '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' => {}
            KEYCAP | '\u{e0020}'..='\u{e007f}' => symbol.push(c),
            ZERO_WIDTH_JOINER if after.is_some_and(is_symbol) => {
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

/// Returns whether a digit or sign is part of a keycap emoji: `1️⃣`.
fn is_keycap(c: char, text: &str) -> bool {
    matches!(c, '0'..='9' | '#' | '*') && {
        let rest = text.get(1..).unwrap_or_default();
        rest.strip_prefix('\u{fe0f}').unwrap_or(rest).starts_with(KEYCAP)
    }
}

/// Returns whether a character is a regional indicator, one half of a flag.
fn is_region(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// Returns whether a character is a currency sign, an arrow, a mathematical, technical or other symbol, or an emoji, by
/// Unicode's blocks. `§` is not: it marks our own words in the index (`statements`).
fn is_symbol(c: char) -> bool {
    let is_in_block = matches!(c,
        '¢'..='¥' | '©' | '®' | '°' | '±' | '×' | '÷'
        | '\u{203c}' | '\u{2049}'
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

    /// Returns the symbols of a text, and how each is written there.
    fn found(text: &str) -> Vec<(String, &str)> {
        let words: Vec<WordToken> = tokenize(text).collect();
        symbols(text, &words).into_iter().map(|symbol| (symbol.text, &text[symbol.range])).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        found(text).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn plus_hash_and_dot_belong_to_the_word_that_they_change() {
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
    fn a_shortcode_is_the_symbol_of_its_emoji() {
        assert_eq!(
            found("so :tada:! :heart: 10:30:00 :nobody:"),
            [("🎉".to_owned(), ":tada:"), ("❤".to_owned(), ":heart:")]
        );
        for line in include_str!("../../markup/emoji.txt").lines() {
            let (name, emoji) = line.split_once(' ').unwrap();
            let words = tokenize(emoji).map(|word| word.text);
            let first = texts(emoji).into_iter().chain(words).next().expect("it can be searched");
            assert_eq!(texts(&format!(":{name}:")), [first], "{name}");
        }
    }

    #[test]
    fn an_emoji_is_one_symbol_whatever_its_skin_tone_and_encoding() {
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
