//! Finds the end of an address after its host.

/// The end of the path, query and fragment that may begin at `at`. The address begins at `start`.
pub(super) fn end(text: &str, start: usize, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    if !rest.starts_with(['/', '?', '#']) {
        return at;
    }
    let mut open = Vec::new();
    let mut length = rest.len();
    for (index, c) in rest.char_indices() {
        let continues = match c {
            '(' | '[' | '{' => {
                open.push(c);
                true
            }
            ')' => open.pop() == Some('('),
            ']' => open.pop() == Some('['),
            '}' => open.pop() == Some('{'),
            c => !stops(c),
        };
        if !continues {
            length = index;
            break;
        }
    }
    at + trimmed_length(text.get(..start).unwrap_or_default(), rest.get(..length).unwrap_or_default())
}

/// The length of `path` without punctuation that ends the sentence, and without signs that close emphasis around the address.
fn trimmed_length(before: &str, path: &str) -> usize {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_opened_before = |sign: &str| line.contains(sign);
    let mut path = path;
    loop {
        let shorter = path.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '(', '[', '{']);
        let shorter = if is_opened_before("~~") { shorter.trim_end_matches("~~") } else { shorter };
        let shorter = if is_opened_before("_") { shorter.trim_end_matches('_') } else { shorter };
        if shorter.len() == path.len() {
            return path.len();
        }
        path = shorter;
    }
}

/// Whether a character cannot be part of an address: spaces, invisible characters, quotation marks and brackets, and the
/// punctuation of other scripts.
fn stops(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || super::link_target::is_deceptive(c)
        || matches!(c, '<' | '>' | '"' | '`' | '|')
        || matches!(c, '\u{2018}'..='\u{201f}' | '\u{2026}' | '\u{2039}' | '\u{203a}' | '«' | '»' | '\u{2e80}'..='\u{2fff}')
        || matches!(c, '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}' | '\u{fe10}'..='\u{fe6f}')
        || matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}')
        || matches!(
            c,
            '\u{37e}' | '\u{387}' | '\u{55a}'..='\u{55f}' | '\u{589}' | '\u{5be}' | '\u{5c0}' | '\u{5c3}'
        )
        || matches!(
            c,
            '\u{60c}' | '\u{60d}' | '\u{61b}' | '\u{61e}' | '\u{61f}' | '\u{6d4}' | '\u{700}'..='\u{70d}'
        )
        || matches!(
            c,
            '\u{964}' | '\u{965}' | '\u{e2f}' | '\u{e5a}' | '\u{e5b}' | '\u{f08}' | '\u{f0d}'..='\u{f12}'
        )
        || matches!(c, '\u{104a}' | '\u{104b}' | '\u{1361}'..='\u{1368}' | '\u{166e}' | '\u{17d4}'..='\u{17d6}')
        || matches!(c, '\u{1800}'..='\u{1805}' | '\u{2010}'..='\u{2017}' | '\u{203c}' | '\u{203d}' | '\u{2047}'..='\u{2049}')
}
