//! Invisible characters, which could make names look alike.

/// Whether nothing in a text is visible.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Whether a character is invisible by itself: Unicode's `Default_Ignorable_Code_Point`, the blank Braille pattern, marks of annotations,
/// the null notehead, and controls and fillers of Egyptian and Khitan writing.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{1343f}' | '\u{13441}'..='\u{13442}' | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the first invisible character that has no effect where it is: it would only make a name differ from one that
/// looks the same. Joiners and variation selectors modify the character before them, except Latin letters and spaces.
pub(super) fn misplaced_invisible(text: &str) -> Option<char> {
    let mut before = ' ';
    text.chars().find(|&c| {
        let is_misplaced = is_invisible(c) && !is_allowed_after(c, before);
        before = c;
        is_misplaced
    })
}

fn is_allowed_after(c: char, before: char) -> bool {
    match c {
        '\u{200c}' | '\u{200d}' => {
            !before.is_ascii() && (!is_invisible(before) || is_variation_selector(before))
        }
        _ if is_variation_selector(c) => {
            !before.is_ascii_alphabetic() && !before.is_whitespace() && !is_invisible(before)
        }
        // The flags of England, Scotland and Wales.
        '\u{e0020}'..='\u{e007f}' => before == '\u{1f3f4}' || ('\u{e0020}'..='\u{e007e}').contains(&before),
        _ => false,
    }
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_invisible_characters_only_is_blank() {
        for text in [
            "",
            " \n",
            "\u{200b}",
            "\u{3164} \u{2800}",
            "\u{ad}\u{feff}",
            "\u{fe0f}",
            "\u{e0020}",
            "\u{fffa}",
            "\u{13441}\u{16fe4}",
            "\u{1d159}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", "\u{200b}a", "👨‍👩‍👧", "ـ", "\u{301}"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn invisible_characters_are_allowed_where_they_have_an_effect() {
        for text in ["👩‍👩‍👧‍👦", "Ada 🏳️‍🌈", "❤️", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "می‌خواهم", "क्‍ष", "葛\u{e0100}"]
        {
            assert_eq!(misplaced_invisible(text), None, "{text:?}");
        }
        for (text, c) in [
            ("A\u{200b}nn", '\u{200b}'),
            ("Ann\u{200b}", '\u{200b}'),
            ("A\u{200d}nn", '\u{200d}'),
            ("A\u{fe0f}nn", '\u{fe0f}'),
            ("An\u{ad}n", '\u{ad}'),
            ("Ann \u{3164}", '\u{3164}'),
            ("Ann\u{e0041}", '\u{e0041}'),
            ("é\u{200d}\u{200d}", '\u{200d}'),
        ] {
            assert_eq!(misplaced_invisible(text), Some(c), "{text:?}");
        }
    }
}
