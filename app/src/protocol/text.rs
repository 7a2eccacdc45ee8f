//! Names and bodies of messages, and the characters that they may contain.
//!
//! Text is stored byte for byte as it was written; a forbidden text is refused and never altered silently. The page
//! cleans pasted text with [`Body::clean`] before it sends it.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use serde::{Deserialize, Serialize};

use super::invisible::{is_blank, misplaced_invisible};

/// The name of people who give none.
pub const ANONYMOUS: &str = "(I'm John Doe)";

/// The error of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The text has no visible character.
    #[error("the text is blank")]
    Blank,
    /// The text is too long.
    #[error("the text is too long: at most {max} {unit}")]
    TooLong {
        /// The limit.
        max: usize,
        /// The unit of the limit.
        unit: &'static str,
        /// The number of characters (Unicode scalar values) after the limit.
        over: usize,
    },
    /// The text contains a character that is not allowed here.
    #[error("the text contains U+{:04X}, which is not allowed here; remove it", *.0 as u32)]
    ForbiddenCharacter(char),
}

/// A display name: 1 to 64 characters on one line, without control characters and bidirectional controls. It does not
/// prove an identity. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("maxLength" = 64)))]
#[serde(try_from = "String", into = "String")]
pub struct Name(Arc<str>);

impl Name {
    /// The longest name, in characters (Unicode scalar values).
    pub const MAX_CHARS: usize = 64;

    /// Parses a name: trims it, and replaces a blank one by [`ANONYMOUS`]. Errors: too long, or a character that is not
    /// allowed, such as an invisible one that does not modify the character before it.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if is_blank(text) && !text.chars().any(|c| c.is_control() || is_bidi_control(c)) {
            return Ok(Self::anonymous());
        }
        check_chars(text, Self::MAX_CHARS)?;
        let bad = text.chars().find(|&c| c.is_control() || is_line_separator(c) || is_bidi_control(c));
        match bad.or_else(|| misplaced_invisible(text)) {
            Some(c) => Err(TextError::ForbiddenCharacter(c)),
            None => Ok(Self(text.into())),
        }
    }

    /// Returns the name of people who give none.
    pub fn anonymous() -> Self {
        static NAME: LazyLock<Name> = LazyLock::new(|| Name(ANONYMOUS.into()));
        NAME.clone()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the content of the name field: empty for an anonymous name.
    pub fn as_input(&self) -> &str {
        if *self.0 == *ANONYMOUS { "" } else { &self.0 }
    }
}

impl TryFrom<String> for Name {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.as_str().to_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text of a message: not blank, no control characters except line breaks and tabs, within the server's limit in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Body(String);

impl Body {
    /// Parses a body. The text is kept byte for byte, except for line ends, which become `\n`. `max` is in bytes of UTF-8.
    pub fn parse(text: String, max: usize) -> Result<Self, TextError> {
        let text = if text.contains('\r') { unify_line_ends(&text) } else { text };
        if text.len() > max {
            let over = text.char_indices().filter(|(at, c)| at + c.len_utf8() > max).count();
            return Err(TextError::TooLong { max, unit: "bytes", over });
        }
        if is_blank(&text) && !text.chars().any(forbidden_in_body) {
            return Err(TextError::Blank);
        }
        match text.chars().find(|&c| forbidden_in_body(c)) {
            Some(c) => Err(TextError::ForbiddenCharacter(c)),
            None => Ok(Self(text)),
        }
    }

    /// Removes the control characters that a body must not contain, and white space at its ends, from typed or pasted text.
    pub fn clean(text: &str) -> String {
        let kept: String = unify_line_ends(text).chars().filter(|&c| !forbidden_in_body(c)).collect();
        kept.trim_end().trim_start_matches(['\n', '\t', ' ']).to_owned()
    }

    /// The body as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The body's text.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Checks a limit in characters (Unicode scalar values).
pub(super) fn check_chars(text: &str, max: usize) -> Result<(), TextError> {
    match text.chars().count().saturating_sub(max) {
        0 => Ok(()),
        over => Err(TextError::TooLong { max, unit: "characters", over }),
    }
}

/// Replaces the line ends of all systems by `\n`.
pub(super) fn unify_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn forbidden_in_body(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

pub(super) fn is_line_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// Embeddings, overrides and isolates (Unicode UAX #9): they could make a name look like another.
pub(super) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Result<String, TextError> {
        Body::parse(text.to_owned(), 100).map(Body::into_string)
    }

    #[test]
    fn a_blank_name_is_john_doe() {
        for text in ["", "   ", "\t\n"] {
            assert_eq!(Name::parse(text).unwrap().as_str(), ANONYMOUS);
        }
        assert_eq!(Name::anonymous().as_input(), "");
    }

    #[test]
    fn a_name_is_at_most_64_characters_of_any_script() {
        assert_eq!(Name::parse(&"é".repeat(64)).unwrap().as_str().chars().count(), 64);
        assert!(matches!(Name::parse(&"é".repeat(65)), Err(TextError::TooLong { max: 64, over: 1, .. })));
        assert!(matches!(Name::parse(&"x".repeat(5_000)), Err(TextError::TooLong { .. })));
    }

    #[test]
    fn a_name_cannot_contain_control_or_bidirectional_characters() {
        for c in ['\0', '\n', '\u{1b}', '\u{85}', '\u{202e}', '\u{2066}', '\u{2028}'] {
            assert_eq!(Name::parse(&format!("a{c}b")), Err(TextError::ForbiddenCharacter(c)), "{c:?}");
        }
    }

    #[test]
    fn each_case_of_blank_text_is_handled() {
        let cases = include_str!("../../tests/cases/blank.tsv").lines().skip(1);
        for (input, right) in cases.filter_map(|line| line.split_once('\t')) {
            if let Some(text) = input.strip_prefix("name ").map(spelled) {
                let name = Name::parse(&text).map(|name| name.to_string());
                let blank = right.starts_with("blank") && name.as_deref() == Ok(ANONYMOUS);
                assert!(name.is_err() || blank, "{input}: {name:?}");
            } else if let Some(text) = input.strip_prefix("body '") {
                assert_eq!(body(&spelled(&format!("'{text}"))), Err(TextError::Blank), "{input}");
            } else if let Some((_, text)) = input.split_once(": ") {
                assert_eq!(body(text).as_deref(), Ok(text));
            }
        }
    }

    #[test]
    fn a_name_without_a_visible_character_is_the_anonymous_one() {
        for text in ["", " ", "\u{200b}", "\u{3164}\u{2800}", "\u{fe0f}"] {
            assert_eq!(Name::parse(text), Ok(Name::anonymous()), "{text:?}");
        }
    }

    /// Returns the text between quotes, with its escapes decoded.
    fn spelled(quoted: &str) -> String {
        let mut rest = quoted.trim_matches('\'');
        let mut text = String::new();
        while let Some((before, escape)) = rest.split_once('\\') {
            let digits = match escape.as_bytes()[0] {
                b'x' => 2,
                b'u' => 4,
                _ => 8,
            };
            let code = u32::from_str_radix(&escape[1..=digits], 16).unwrap();
            text.push_str(before);
            text.push(char::from_u32(code).unwrap());
            rest = &escape[digits + 1..];
        }
        text + rest
    }

    #[test]
    fn each_case_of_a_name_is_taken_or_refused() {
        for row in include_str!("../../tests/cases/names.tsv").lines().skip(1) {
            let (input, right) = row.split_once('\t').unwrap();
            let text: String = serde_json::from_str(input).unwrap();
            let answer = match Name::parse(&text) {
                Ok(name) if name == Name::anonymous() => "anonymous".to_owned(),
                Ok(name) if name.as_str() == text => "as typed".to_owned(),
                Ok(name) if name.as_str() == text.trim() => "trimmed".to_owned(),
                Ok(name) => name.to_string(),
                Err(TextError::ForbiddenCharacter(c)) => format!("refused: U+{:04X}", c as u32),
                Err(error) => format!("refused: {error}"),
            };
            assert_eq!(answer, right, "{input}");
        }
    }

    #[test]
    fn a_name_may_be_an_emoji_sequence_or_hebrew() {
        for name in ["👩‍👩‍👧‍👦", "עדה", "Ada 🏳️‍🌈"] {
            assert_eq!(Name::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_body_is_kept_to_the_byte() {
        for text in ["hi", " indented", "a\n\tb", "👩‍👩‍👧‍👦", "\u{202e}abc", "<script>alert(1)</script>"]
        {
            assert_eq!(body(text).unwrap(), text);
        }
    }

    #[test]
    fn line_ends_become_one_kind() {
        assert_eq!(body("a\r\nb\rc").unwrap(), "a\nb\nc");
    }

    #[test]
    fn a_body_with_an_error_is_refused_with_that_error() {
        assert_eq!(body(" \n\t "), Err(TextError::Blank));
        assert_eq!(body("a\0b"), Err(TextError::ForbiddenCharacter('\0')));
        assert_eq!(body("\u{1b}[2J"), Err(TextError::ForbiddenCharacter('\u{1b}')));
        let too_long = |over| Err(TextError::TooLong { max: 100, unit: "bytes", over });
        assert_eq!(body(&"é".repeat(51)), too_long(1));
        // The limit falls within a character, which is over it, too.
        assert_eq!(body(&format!("a{}", "é".repeat(53))), too_long(4));
    }

    #[test]
    fn a_cleaned_body_can_be_parsed() {
        assert_eq!(Body::clean("\n a\0\u{7}b\r\nc \n"), "ab\nc");
        assert!(body(&Body::clean("x\u{1b}[0m")).is_ok());
    }
}
