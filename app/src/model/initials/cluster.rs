//! Grapheme clusters, without the tables of UAX #29, which would be more to download than all else that a name needs.

use crate::protocol::is_invisible;

const JOINER: char = '\u{200d}';

/// Returns the first grapheme cluster of a text.
pub(super) fn cluster(text: &str) -> &str {
    let mut before = None;
    for (index, c) in text.char_indices() {
        if before.is_some_and(|before| !is_joined(before, c, index)) {
            return &text[..index];
        }
        before = Some(c);
    }
    text
}

/// Whether a character belongs to the cluster of the one before it. `index` is its position in bytes.
fn is_joined(before: char, c: char, index: usize) -> bool {
    let is_flag = is_regional(before) && is_regional(c) && index == before.len_utf8();
    is_flag || before == JOINER || extends(c) || (is_linker(before) && c.is_alphabetic())
}

/// Signs that join two consonants of one syllable.
fn is_linker(c: char) -> bool {
    matches!(
        c,
        '\u{94d}' | '\u{9cd}' | '\u{acd}' | '\u{b4d}' | '\u{c4d}' | '\u{d4d}' | '\u{1039}' | '\u{17d2}'
    )
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

/// The marks and dependent vowels of scripts in wide use.
const MARKS: [(u16, u16); 32] = [
    (0x300, 0x36f),
    (0x483, 0x489),
    (0x591, 0x5bd),
    (0x5bf, 0x5bf),
    (0x5c1, 0x5c7),
    (0x610, 0x61a),
    (0x64b, 0x65f),
    (0x670, 0x670),
    (0x6d6, 0x6dc),
    (0x6df, 0x6e4),
    (0x730, 0x74a),
    (0x7a6, 0x7b0),
    (0x7eb, 0x7f3),
    (0xdca, 0xdf3),
    (0xe31, 0xe31),
    (0xe33, 0xe3a),
    (0xe47, 0xe4e),
    (0xeb1, 0xeb1),
    (0xeb3, 0xebc),
    (0xec8, 0xece),
    (0xf71, 0xf84),
    (0xf8d, 0xfbc),
    (0x102b, 0x103e),
    (0x1160, 0x11ff),
    (0x17b4, 0x17d3),
    (0x1ab0, 0x1aff),
    (0x1dc0, 0x1dff),
    (0x20d0, 0x20ff),
    (0x302a, 0x302f),
    (0x3099, 0x309a),
    (0xfe20, 0xfe2f),
    (0xff9e, 0xff9f),
];

/// Whether a character modifies the one before it: a mark, a joiner, a selector, a tag or a skin tone.
fn extends(c: char) -> bool {
    let is_mark = |code| MARKS.iter().any(|&(from, to)| (from..=to).contains(&code));
    is_invisible(c)
        || is_indic_sign(c)
        || matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
        || u16::try_from(u32::from(c)).is_ok_and(is_mark)
}

/// Signs of Devanagari to Malayalam, whose blocks of 128 characters all have the same order.
fn is_indic_sign(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{d7f}')
        && matches!(c as u32 & 0x7f, 0..=3 | 0x3a..=0x3c | 0x3e..=0x4d | 0x51..=0x53 | 0x55..=0x57 | 0x62..=0x63)
}

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    #[test]
    fn names_of_all_scripts_begin_with_the_cluster_of_unicode() {
        let names = "Élodie E\u{301}lodie z\u{335}\u{327}\u{300}algo Ёлка Ё דָּוִד مُحَمَّد ܐܳ ދިވެހި ߒߞߏ߫ नि शिव प्रिया क्षमा স্নেহা ক্ কৃষ্ণা ਗੁਰ ગીતા ଓଡ଼ିଆ தமிழ் తెలుగు ಕನ್ನಡ മോഹൻ ශ්රී \
            ก้อง น้ำ ປີ້ བཀྲ་ཤིས སྐྱི မြန်မာ ខ្មែរ 한국 \u{1112}\u{1161}\u{11ab} が か\u{3099} ﾀﾞ 王 葛\u{e0100} 👩🏽‍👩🏽‍👧🏽‍👦🏽 👍🏿 🇩🇪🇫🇷 🏳️‍🌈 🏴󠁧󠁢󠁳󠁣󠁴󠁿 1️⃣ ❤️ 🧑‍🚀 ☪︎";
        for name in names.split(' ').filter(|name| !name.is_empty()) {
            assert_eq!(Some(cluster(name)), name.graphemes(true).next(), "{name}");
        }
    }

    #[test]
    fn an_empty_text_has_an_empty_cluster() {
        assert_eq!(cluster(""), "");
    }
}
