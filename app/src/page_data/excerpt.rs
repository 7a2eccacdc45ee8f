/// Returns the beginning of a text on one line, at most `max` characters, cut between words where possible.
pub fn excerpt(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(max) else { return line };
    let fitting = line.get(..end).unwrap_or_default();
    let words = fitting.rsplit_once(' ').map_or(fitting, |(words, _)| words);
    let kept = if words.len() > fitting.len() / 2 { words } else { fitting };
    format!("{kept}…")
}

/// First strong isolate (UAX #9): the text up to [`POP`] has the direction of its first letter.
const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';

/// Returns the beginning of a text on one line, at most `max` characters, in which each line of the text keeps its own direction: all but the
/// first are isolated. The first one gives the whole its direction.
pub fn isolated_excerpt(text: &str, max: usize) -> String {
    let mut excerpt = String::new();
    let mut left = max;
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    for line in lines.filter(|line| !line.is_empty()) {
        let cut = line.char_indices().nth(left).map(|(end, _)| end);
        let kept = line.get(..cut.unwrap_or(line.len())).unwrap_or_default();
        let ellipsis = if cut.is_some() { "…" } else { "" };
        if excerpt.is_empty() {
            excerpt = format!("{kept}{ellipsis}");
        } else {
            excerpt.push_str(&format!(" {ISOLATE}{kept}{ellipsis}{POP}"));
        }
        if cut.is_some() {
            break;
        }
        left = left.saturating_sub(kept.chars().count() + 1);
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::{excerpt, isolated_excerpt};

    #[test]
    fn lines_of_an_excerpt_are_isolated() {
        for (text, line) in [
            (" one  two ", "one two"),
            ("سلام\n\nhi: 1", "سلام \u{2068}hi: 1\u{2069}"),
            ("a\nb\r\nc", "a \u{2068}b\u{2069} \u{2068}c\u{2069}"),
            ("12345\n67890ab", "12345 \u{2068}6789…\u{2069}"),
            ("1234567890\nb", "1234567890 \u{2068}…\u{2069}"),
            ("1234567890a", "1234567890…"),
            ("", ""),
        ] {
            assert_eq!(isolated_excerpt(text, 10), line, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        for (text, cut) in [
            (" short\n text ", "short text"),
            ("one two three four", "one two…"),
            ("unbreakable", "unbreakabl…"),
            ("éééééééééééé", "éééééééééé…"),
        ] {
            assert_eq!(excerpt(text, 10), cut);
        }
    }
}
