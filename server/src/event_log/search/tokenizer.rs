//! Folds text for comparison (case, accents and variants of a letter are removed) and splits it into words.
//!
//! The rows of the search index depend on this code. A change of its results needs a migration that puts all topics into
//! `search_fill` once more, as `m0016_words` does: the server then compares the rows with the messages and rewrites
//! those that differ. One that changes many words also empties SQLite's index (see `migrations/src/statements.rs`). The folded text
//! of topics is compared after each start.

use std::ops::Range;

use app::protocol::{self, ascii_digit};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::letter_variants::{base_letters, is_filler, is_invisible};
use crate::unicode_script::is_spaceless;

/// The characters of a word that are indexed; words that differ only after them are equal.
const MAX_WORD_CHARS: usize = 64;

/// A folded word, and its byte range in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::event_log) struct WordToken {
    pub(in crate::event_log) text: String,
    pub(in crate::event_log) range: Range<usize>,
}

impl WordToken {
    /// Returns whether another token lies within this one.
    pub(super) fn contains(&self, other: &Self) -> bool {
        self.range.start <= other.range.start && other.range.end <= self.range.end
    }
}

/// Splits a text into words: runs of letters and digits. In scripts without spaces each letter is a word, with its marks, so
/// that any run of letters is found as a phrase.
pub(in crate::event_log) fn tokenize(text: &str) -> impl Iterator<Item = WordToken> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, first) = rest.by_ref().find(|&(_, c)| is_letter(c))?;
            let mut end = start + first.len_utf8();
            let is_alone = is_word_by_itself(first);
            while let Some((at, c)) = rest.next_if(|&(_, c)| continues_word(c, is_alone)) {
                end = at + c.len_utf8();
            }
            let folded = fold_word(text.get(start..end)?);
            if !folded.is_empty() {
                return Some(WordToken { text: folded, range: start..end });
            }
        }
    })
}

/// Returns whether a character belongs to the word before it.
fn continues_word(c: char, is_alone: bool) -> bool {
    is_attached(c) || (!is_alone && is_letter(c) && !is_word_by_itself(c))
}

/// Returns whether a character is a letter or a digit that one sees.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_filler(c)
}

/// Returns whether a letter is a word of its own. Digits of spaceless scripts are not: they form numbers.
fn is_word_by_itself(c: char) -> bool {
    is_spaceless(c) && ascii_digit(c).is_none()
}

/// Returns whether a character is written on, or joined with, the letter before it: combining marks, joiners, vowels and
/// finals of Hangul, voice marks of half-width kana, and the tatweel that stretches Arabic words.
fn is_attached(c: char) -> bool {
    is_combining_mark(c)
        || is_invisible(c)
        || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}' | '\u{0640}')
}

/// Folds a text that is searched for any part of it: spaces and punctuation stay, control and invisible characters go.
pub(in crate::event_log) fn fold_text(text: &str) -> String {
    let is_visible = |c: &char| !c.is_control() && !protocol::is_invisible(*c);
    decompose(text).filter(is_visible).flat_map(base_letters).nfc().collect()
}

fn fold_word(word: &str) -> String {
    if word.is_ascii() {
        return word.get(..word.len().min(MAX_WORD_CHARS)).unwrap_or_default().to_ascii_lowercase();
    }
    let is_kept = |c: &char| is_letter(*c) || is_combining_mark(*c);
    decompose(word).filter(is_kept).flat_map(base_letters).nfc().take(MAX_WORD_CHARS).collect()
}

/// Decomposes characters (NFKD), lowercases them and removes the marks that do not make another letter.
fn decompose(text: &str) -> impl Iterator<Item = char> {
    let mut base = ' ';
    text.nfkd().flat_map(char::to_lowercase).filter(move |&c| {
        let is_kept = is_significant(c, base);
        if !is_combining_mark(c) {
            base = c;
        }
        is_kept
    })
}

/// Returns whether a mark makes another letter: vowels of Indic and other scripts, the voice mark of kana, the breve that
/// distinguishes й from и. Other marks are accents.
fn is_significant(c: char, base: char) -> bool {
    match c {
        '\u{0306}' => base == 'и',
        '\u{0300}'..='\u{036f}'
        | '\u{0591}'..='\u{05c7}'
        | '\u{0610}'..='\u{061a}'
        | '\u{0640}'
        | '\u{064b}'..='\u{065f}'
        | '\u{0670}'
        | '\u{06d6}'..='\u{06ed}'
        | '\u{0730}'..='\u{074a}'
        | '\u{08ca}'..='\u{08e1}'
        | '\u{08e3}'..='\u{08ff}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}'
        | '\u{e0100}'..='\u{e01ef}' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        tokenize(text).map(|token| token.text).collect()
    }

    #[test]
    fn words_have_no_case_and_no_accents() {
        for (text, expected) in [
            ("Hello, WORLD!", "hello world"),
            ("Crème brûlée; naïve Ångström", "creme brulee naive angstrom"),
            ("Cre\u{300}me", "creme"),
            ("Straße STRASSE Øre Łódź đường ŒUVRE", "strasse strasse ore lodz duong oeuvre"),
            ("İstanbul ısı", "istanbul isi"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("Ёлка йод", "елка йод"),
            ("ﬁn ①② ½", "fin 12 12"),
            ("don't e-mail a_b x.y 3.14", "don t e mail a b x y 3 14"),
            ("שָׁלוֹם", "שלום"),
            ("السَّلَامُ عليـــكم أحمد", "السلام عليكم احمد"),
            ("کیک كيك ڪيک", "كيك كيك كيك"),
            ("مدرسة مدرسه ۀ ہ ھ ۃ", "مدرسه مدرسه ه ه ه ه"),
            ("على علی عليّ", "علي علي علي"),
            ("مسؤول شئ ٱلله آب إلى", "مسوول شي الله اب الي"),
            ("٢٠٢٦ ۲۰۲۶ २०२६ ๒๐๒๖ 2026 ปี๒๕", "2026 2026 2026 2026 2026 ปี 25"),
            ("پیتزا پيتزا", "پيتزا پيتزا"),
            ("کتاب\u{200c}خانه Donau\u{ad}dampf \u{200f}سلام\u{200f}", "كتابخانه donaudampf سلام"),
            ("1\u{fe0f}\u{20e3} 葛\u{e0100}", "1 葛"),
            ("हिन्दी", "हिन्दी"),
            ("!!! … 👍 \u{301}", ""),
        ] {
            assert_eq!(folded(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_folded_text_loses_only_case_accents_and_control_characters() {
        for (text, plain) in [
            ("Café", "cafe"),
            ("CAFE\u{301}", "cafe"),
            ("İstanbul ısı", "istanbul isi"),
            ("ΛΌΓΟΣ λόγος", "λογοσ λογοσ"),
            ("ﬁsh ℌ", "fish h"),
            ("كِتَاب کتا\u{200c}ب ۱۲", "كتاب كتاب 12"),
            ("中文", "中文"),
            ("a\0b", "ab"),
            ("100 % c_d! a-b", "100 % c_d! a-b"),
        ] {
            assert_eq!(fold_text(text), plain, "{text:?}");
        }
    }

    #[test]
    fn topics_and_messages_are_folded_alike() {
        for (text, plain) in [
            ("Straße", "strasse"),
            ("Łódź", "lodz"),
            ("Йод", "йод"),
            ("हिन्दी", "हिन्दी"),
            ("が", "が"),
            ("ｻｰﾊﾞｰ", "サーバー"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("ที่", "ที่"),
        ] {
            assert_eq!(
                (fold_text(text), folded(text).concat()),
                (plain.to_owned(), plain.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn letters_of_scripts_without_spaces_are_words_with_their_marks() {
        for (text, expected) in [
            ("你好世界", "你 好 世 界"),
            ("iPhone手机x", "iphone 手 机 x"),
            ("サーバー ｻｰﾊﾞｰ が か\u{3099}", "サ ー バ ー サ ー バ ー が が"),
            ("한국어 \u{1112}\u{1161}\u{11ab}", "한 국 어 한"),
            ("ที่", "ที่"),
            ("ค้นหา", "ค้ น ห า"),
            ("ＡＢＣ", "abc"),
        ] {
            assert_eq!(folded(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_word_has_its_range_in_the_text() {
        let text = "«Crème» 你";
        let ranges: Vec<_> = tokenize(text).map(|token| &text[token.range]).collect();
        assert_eq!(ranges, ["Crème", "你"]);
    }

    #[test]
    fn long_words_are_cut() {
        assert_eq!(folded(&"x".repeat(500))[0].len(), 64);
        assert_eq!(folded(&"é".repeat(500))[0].len(), 64);
    }
}
