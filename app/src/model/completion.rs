//! Suggestions for the word before the cursor: people after `@`, emoji after `:`.

use crate::model::emoji;

/// The number of suggestions.
const MAX_SUGGESTIONS: usize = 6;
/// The shortest name of an emoji to complete; a shorter one is more likely a face like `:D` or a time.
const MIN_EMOJI_CHARS: usize = 2;

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Suggestion {
    /// The text to insert.
    pub text: String,
    /// The label in the list.
    pub label: String,
}

/// Suggestions, and the part of the text that they replace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// The start of the replaced part, in bytes.
    pub from: usize,
    /// The best first.
    pub items: Vec<Suggestion>,
}

/// Returns suggestions for the end of a text. `names` are the people who can be mentioned, the likeliest first.
pub fn suggest<'a>(before: &str, names: impl IntoIterator<Item = &'a str>) -> Suggestions {
    let Some((from, mark, word)) = word(before) else { return Suggestions::default() };
    let items: Vec<Suggestion> = match mark {
        // No suggestion for a complete name: Enter has to send the message then.
        '@' => {
            let found: Vec<&str> = names.into_iter().filter(|name| begins(name, word)).collect();
            let whole = found.iter().any(|name| name.to_lowercase() == word.to_lowercase());
            found.into_iter().filter(|_| !whole).map(person).take(MAX_SUGGESTIONS).collect()
        }
        _ if word.chars().count() < MIN_EMOJI_CHARS => Vec::new(),
        _ => emoji::named(word).map(|(picture, name)| face(picture, name)).take(MAX_SUGGESTIONS).collect(),
    };
    Suggestions { from, items }
}

/// Returns the text with the suggestion inserted, and the new cursor position in bytes.
pub fn apply_suggestion(before: &str, after: &str, from: usize, suggestion: &Suggestion) -> (String, usize) {
    let kept = before.get(..from).unwrap_or(before);
    let begun = format!("{kept}{} ", suggestion.text);
    let cursor = begun.len();
    (begun + after.trim_start_matches(' '), cursor)
}

/// Returns the position of the last `@` or `:` before the cursor, the mark, and the word after it. The mark must start a word.
fn word(before: &str) -> Option<(usize, char, &str)> {
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let at = before[line..].rfind(['@', ':'])? + line;
    let mark = before[at..].chars().next()?;
    let left = &before[..at];
    let word = &before[at + mark.len_utf8()..];
    // After these characters, the server does not see a mention either.
    let free =
        left.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '/' | '@' | '\\'));
    // A name may contain one space, the name of an emoji none.
    let spaces = word.matches(char::is_whitespace).count();
    (free && spaces <= usize::from(mark == '@') && !word.starts_with(char::is_whitespace))
        .then_some((at, mark, word))
}

fn begins(name: &str, word: &str) -> bool {
    let name = name.to_lowercase();
    let word = word.to_lowercase();
    name.starts_with(&word) || name.split_whitespace().any(|part| part.starts_with(&word))
}

fn person(name: &str) -> Suggestion {
    Suggestion { text: format!("@{name}"), label: name.to_owned() }
}

fn face(picture: &str, name: &str) -> Suggestion {
    Suggestion { text: picture.to_owned(), label: format!("{picture} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["Ann", "Anna Lee", "Bob", "Zoë"];

    fn labels(before: &str) -> Vec<String> {
        suggest(before, NAMES).items.into_iter().map(|suggestion| suggestion.label).collect()
    }

    #[test]
    fn people_are_suggested_by_the_start_of_a_word_of_their_name() {
        assert_eq!(labels("Hello @an"), ["Ann", "Anna Lee"]);
        assert_eq!(labels("@lee"), ["Anna Lee"]);
        assert_eq!(labels("(@ZO"), ["Zoë"]);
        assert_eq!(labels("@anna l"), ["Anna Lee"]);
        assert_eq!(labels("@"), ["Ann", "Anna Lee", "Bob", "Zoë"]);
    }

    #[test]
    fn a_complete_name_has_no_suggestions() {
        assert!(labels("(@zoë").is_empty());
        assert!(labels("@ann").is_empty(), "Enter sends: it does not make an Anna Lee of an Ann");
    }

    #[test]
    fn nothing_is_suggested_inside_a_word_or_on_the_next_line() {
        for before in [
            "@Ann",
            "mail@ann",
            "@ann and others",
            "@\nan",
            "@ ",
            "10:30",
            "a:smile",
            ":s",
            "no",
            "x/@an",
            "@@an",
            "\\@an",
        ] {
            assert!(labels(before).is_empty(), "{before:?}");
        }
    }

    #[test]
    fn emoji_are_suggested_by_name() {
        let suggestions = suggest("Well :tad", NAMES);
        assert_eq!(suggestions.items.first().map(|suggestion| suggestion.text.as_str()), Some("🎉"));
        assert_eq!(suggestions.from, 5);
    }

    #[test]
    fn a_suggestion_replaces_the_word_and_the_cursor_follows_it() {
        let before = "Hello @an";
        let suggestion = &suggest(before, NAMES).items[1];
        assert_eq!(
            apply_suggestion(before, " there", 6, suggestion),
            ("Hello @Anna Lee there".to_owned(), 16)
        );
        assert_eq!(apply_suggestion("@b", "", 0, &person("Bob")), ("@Bob ".to_owned(), 5));
    }
}
