//! `*bold*` and `~struck~` of Slack.

use std::collections::HashSet;

/// Returns the positions of the markers that format text. Those of Markdown are twice as long.
pub(super) fn markers(text: &str) -> HashSet<usize> {
    ['*', '~'].into_iter().flat_map(|marker| pairs(text, marker)).collect()
}

/// A pair is on one line. `<` begins a link or mention; Slack escapes it in texts.
fn pairs(text: &str, marker: char) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = None;
    let mut is_in_token = false;
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        match c {
            '<' => is_in_token = true,
            '>' => is_in_token = false,
            '\n' => open = None,
            _ if c != marker || is_in_token => {}
            _ => match open.take() {
                Some(start) if closes(before, next, marker) => found.extend([start, at]),
                earlier => open = if opens(before, next, marker) { Some(at) } else { earlier },
            },
        }
        before = Some(c);
    }
    found
}

fn opens(before: Option<char>, next: Option<char>, marker: char) -> bool {
    before.is_none_or(|c| !c.is_alphanumeric() && c != marker)
        && next.is_some_and(|c| !c.is_whitespace() && c != marker)
}

fn closes(before: Option<char>, next: Option<char>, marker: char) -> bool {
    before.is_some_and(|c| !c.is_whitespace() && c != marker)
        && next.is_none_or(|c| !c.is_alphanumeric() && c != marker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_markers_around_words_format() {
        let found = |text: &str| {
            let mut at: Vec<usize> = markers(text).into_iter().collect();
            at.sort_unstable();
            at
        };
        assert_eq!(found("*a* and ~b c~."), [0, 2, 8, 12]);
        assert_eq!(found("(*<http://a*b|c>*)"), [1, 16]);
        for plain in ["2*3*4", "* a *", "**", "*a\nb*", "a*", "<http://a/*b*>", "***"] {
            assert!(found(plain).is_empty(), "{plain}");
        }
    }
}
