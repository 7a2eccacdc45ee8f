//! Text that can be compared, and its words: without case, accents and forms of the same letter.
//!
//! The rows of the index were made by this code. A change of its results needs a migration that puts all topics into
//! `search_fill` once more, as `m0013_one_spelling` does: the server then compares the rows with the messages and rewrites
//! those that differ. The folded text of topics is compared after each start.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::forms::{digit, is_invisible, plain};
use crate::unicode_script::is_spaceless;

/// The longest word that is told from others, in characters.
const LONGEST: usize = 64;

/// A word, and where in the text it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::event_log) struct Word {
    pub(in crate::event_log) text: String,
    pub(in crate::event_log) range: Range<usize>,
}

impl Word {
    /// Whether another word stands within this one.
    pub(super) fn holds(&self, other: &Self) -> bool {
        self.range.start <= other.range.start && other.range.end <= self.range.end
    }
}

/// The words of a text: letters and digits that stand together. Of scripts without spaces each letter is one, with the
/// marks on it, so that any two that follow each other are found as a phrase.
pub(in crate::event_log) fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        loop {
            let (start, first) = rest.by_ref().find(|&(_, c)| c.is_alphanumeric())?;
            let mut end = start + first.len_utf8();
            let alone = is_alone(first);
            while let Some((at, c)) = rest.next_if(|&(_, c)| goes_on(c, alone)) {
                end = at + c.len_utf8();
            }
            let folded = fold(text.get(start..end)?);
            if !folded.is_empty() {
                return Some(Word { text: folded, range: start..end });
            }
        }
    })
}

/// Whether a character belongs to the word before it.
fn goes_on(c: char, alone: bool) -> bool {
    is_attached(c) || (!alone && c.is_alphanumeric() && !is_alone(c))
}

/// Whether a letter is a word of its own. Digits of these scripts form numbers.
fn is_alone(c: char) -> bool {
    is_spaceless(c) && digit(c).is_none()
}

/// What is written on, or joined with, the letter before it: marks, joiners, vowels and ends of Hangul, voice marks of
/// narrow kana, the stroke that makes Arabic words wider.
fn is_attached(c: char) -> bool {
    is_combining_mark(c)
        || is_invisible(c)
        || matches!(c, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}' | '\u{0640}')
}

/// A text without case, accents and forms, to be found by any part of it: spaces and signs stay, controls and joiners go.
pub(in crate::event_log) fn fold_text(text: &str) -> String {
    let seen = |c: &char| !c.is_control() && !is_invisible(*c);
    bare(text).filter(seen).flat_map(plain).nfc().collect()
}

/// One word without case, accents and forms.
fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.get(..word.len().min(LONGEST)).unwrap_or_default().to_ascii_lowercase();
    }
    let letter = |c: &char| c.is_alphanumeric() || is_combining_mark(*c);
    bare(word).filter(letter).flat_map(plain).nfc().take(LONGEST).collect()
}

/// Characters taken apart, small, and without the marks that only colour them.
fn bare(text: &str) -> impl Iterator<Item = char> {
    let mut base = ' ';
    text.nfkd().flat_map(char::to_lowercase).filter(move |&c| {
        let kept = is_kept(c, base);
        if !is_combining_mark(c) {
            base = c;
        }
        kept
    })
}

/// Marks that only colour a letter go; those that are letters of their own stay: vowels of Indic and other scripts, the
/// voice of kana, the bow that tells й from и.
fn is_kept(c: char, base: char) -> bool {
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
        words(text).map(|word| word.text).collect()
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
    fn a_text_keeps_all_but_case_accents_and_controls() {
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
    fn a_word_knows_where_it_stands() {
        let text = "«Crème» 你";
        let ranges: Vec<_> = words(text).map(|word| &text[word.range]).collect();
        assert_eq!(ranges, ["Crème", "你"]);
    }

    #[test]
    fn a_word_has_an_end() {
        assert_eq!(folded(&"x".repeat(500))[0].len(), 64);
        assert_eq!(folded(&"é".repeat(500))[0].len(), 64);
    }
}
