//! The initials of a name, for its badge. Server and browser must find the same ones, so they do not come from the
//! browser's `Intl.Segmenter`.

mod cluster;

use cluster::cluster;

/// Separates letters that would be joined, as Arabic ones are.
const NON_JOINER: char = '\u{200c}';

/// Returns the first letters of the first and last word, or `?` for a name without a letter, digit or symbol.
///
/// Words that do not begin with a letter or digit, such as emoji and "(they/them)", count only if there are no others.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter(|word| begins(word, char::is_alphanumeric));
    let Some(first) = words.next() else { return symbol(name) };
    let mut initials = capital(first);
    if !begins(first, is_wide)
        && let Some(last) = words.next_back()
    {
        if begins(first, is_cursive) {
            initials.push(NON_JOINER);
        }
        initials.push_str(&capital(last));
    }
    initials
}

/// The first letter or digit within the words, or else the first character that is no ASCII punctuation.
fn symbol(name: &str) -> String {
    let is_symbol = |c: char| !c.is_ascii_punctuation() && !c.is_whitespace();
    let find = |is: fn(char) -> bool| name.char_indices().find(|(_, c)| is(*c));
    let start = find(char::is_alphanumeric).or_else(|| find(is_symbol));
    start.map_or_else(|| "?".to_owned(), |(start, _)| capital(&name[start..]))
}

/// The first cluster of a text, as a capital letter.
fn capital(text: &str) -> String {
    let cluster = cluster(text);
    let Some(first) = cluster.chars().next() else { return String::new() };
    first.to_uppercase().to_string() + &cluster[first.len_utf8()..]
}

fn begins(word: &str, with: fn(char) -> bool) -> bool {
    word.chars().next().is_some_and(with)
}

/// Whether a character is Chinese, Japanese or Korean: one of them fills the badge.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff65}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a character is a letter of Arabic, Syriac, N’Ko or another script whose letters join.
fn is_cursive(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cases: &[(&str, &str)]) {
        for (name, expected) in cases {
            assert_eq!(initials(name), *expected, "{name}");
        }
    }

    #[test]
    fn the_first_and_the_last_word_count() {
        check(&[
            ("ann", "A"),
            ("Ann Bell", "AB"),
            ("anna maria de la cruz", "AC"),
            ("Ann 2", "A2"),
            ("  Ann \u{a0} Bell ", "AB"),
            ("Anna-Lena Öztürk", "AÖ"),
            ("E\u{301}lodie e\u{301}", "E\u{301}E\u{301}"),
            ("ßeta", "SS"),
        ]);
    }

    #[test]
    fn words_without_a_letter_at_their_start_count_only_alone() {
        check(&[
            ("Ann (she/her)", "A"),
            ("Ann 🦊", "A"),
            ("🦊 Ann Bell 🦊", "AB"),
            ("@ann", "A"),
            ("(Ann)", "A"),
            ("🦊", "🦊"),
            ("🦊🐻 🐝", "🦊"),
            ("👩🏽‍👩🏽‍👧🏽‍👦🏽 🐝", "👩🏽‍👩🏽‍👧🏽‍👦🏽"),
            ("🇩🇪🇫🇷", "🇩🇪"),
            ("🏴󠁧󠁢󠁳󠁣󠁴󠁿!", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
            ("❤️ ~", "❤️"),
            ("1️⃣", "1️⃣"),
            (":-)", "?"),
            ("", "?"),
        ]);
    }

    #[test]
    fn arabic_letters_do_not_join_and_one_ideograph_is_enough() {
        check(&[
            ("محمد", "م"),
            ("محمد علي", "م\u{200c}ع"),
            ("مُحَمَّد", "مُ"),
            ("王小明", "王"),
            ("山田 太郎", "山"),
            ("김 민수", "김"),
            ("ﾀﾞﾝ", "ﾀﾞ"),
            ("Ann 王", "A王"),
            ("शिव कुमार", "शिकु"),
            ("प्रिया", "प्रि"),
            ("Ли Бо", "ЛБ"),
        ]);
    }
}
