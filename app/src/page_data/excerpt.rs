/// Returns the beginning of a text on one line, at most `max` characters, cut between words where possible.
pub fn excerpt(text: &str, max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(max) else { return line };
    let fitting = line.get(..end).unwrap_or_default();
    let words = fitting.rsplit_once(' ').map_or(fitting, |(words, _)| words);
    let kept = if words.len() > fitting.len() / 2 { words } else { fitting };
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::excerpt;

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
