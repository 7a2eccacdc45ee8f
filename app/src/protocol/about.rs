//! The title and description of a topic.

use serde::{Deserialize, Serialize};

use super::{
    invisible::{is_blank, misplaced_invisible},
    text::{TextError, check_chars, is_bidi_control, is_line_separator, unify_line_ends},
};

/// A topic's title and description. Without a title, the topic's name is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Raw")]
pub struct About {
    title: String,
    description: String,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Raw {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

impl About {
    /// The longest title, in characters (Unicode scalar values).
    pub const TITLE_CHARS: usize = 100;
    /// The longest description, in characters (Unicode scalar values).
    pub const DESCRIPTION_CHARS: usize = 1_000;

    /// Parses a title of one line and a description of any number of lines. Both are trimmed, and blank ones are empty.
    pub fn parse(title: &str, description: &str) -> Result<Self, TextError> {
        let title = title.trim();
        let description = unify_line_ends(description.trim());
        let bad_in_title = |c: char| c.is_control() || is_line_separator(c) || is_bidi_control(c);
        let bad_in_text = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        check(title, Self::TITLE_CHARS, bad_in_title)?;
        check(&description, Self::DESCRIPTION_CHARS, bad_in_text)?;
        let title = if is_blank(title) { "" } else { title };
        if let Some(c) = misplaced_invisible(title) {
            return Err(TextError::ForbiddenCharacter(c));
        }
        let description = if is_blank(&description) { String::new() } else { description };
        Ok(Self { title: title.to_owned(), description })
    }

    /// Returns the title; empty when the topic has none.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the description; empty when the topic has none.
    pub fn description(&self) -> &str {
        &self.description
    }
}

fn check(text: &str, max: usize, bad: impl Fn(char) -> bool) -> Result<(), TextError> {
    check_chars(text, max)?;
    text.chars().find(|&c| bad(c)).map_or(Ok(()), |c| Err(TextError::ForbiddenCharacter(c)))
}

impl TryFrom<Raw> for About {
    type Error = TextError;

    fn try_from(raw: Raw) -> Result<Self, TextError> {
        Self::parse(&raw.title, &raw.description)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_one_line_and_a_description_many() {
        let about = About::parse("  Rust \u{1f980} ", "All of it.\r\nReally.").unwrap();
        assert_eq!((about.title(), about.description()), ("Rust \u{1f980}", "All of it.\nReally."));
        assert_eq!(About::parse("", "a\rb\r\n\rc").unwrap().description(), "a\nb\n\nc");
        assert_eq!(About::parse("a\nb", ""), Err(TextError::ForbiddenCharacter('\n')));
        assert_eq!(About::parse("a\u{202e}b", ""), Err(TextError::ForbiddenCharacter('\u{202e}')));
        assert_eq!(About::parse("", "a\u{7}"), Err(TextError::ForbiddenCharacter('\u{7}')));
    }

    #[test]
    fn a_blank_title_is_empty() {
        for blank in ["\u{3164}", "\u{200b}", "\u{2800}"] {
            assert_eq!(About::parse(blank, blank), Ok(About::default()));
        }
        assert_eq!(About::parse("T\u{200b}ea", ""), Err(TextError::ForbiddenCharacter('\u{200b}')));
    }

    #[test]
    fn titles_and_descriptions_have_a_limit() {
        assert!(About::parse(&"é".repeat(100), &"é".repeat(1_000)).is_ok());
        let too_long = |max| Err(TextError::TooLong { max, unit: "characters", over: 1 });
        assert_eq!(About::parse(&"é".repeat(101), ""), too_long(100));
        assert_eq!(About::parse("", &"é".repeat(1_001)), too_long(1_000));
    }

    #[test]
    fn json_is_validated_like_input() {
        assert!(serde_json::from_str::<About>(r#"{"title":"a\u0000"}"#).is_err());
        assert_eq!(serde_json::from_str::<About>("{}").unwrap(), About::default());
    }
}
