//! Emoji of reactions.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One emoji, as a reaction: at most 64 bytes and 16 scalar values, none of them a letter, a space or a control, and at
/// least one beyond ASCII. The server accepts only a single emoji of Unicode's list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Emoji(String);

/// The error for a text that is not an emoji.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reaction is one emoji, without letters or spaces")]
pub struct EmojiError;

/// The zero-width joiner, which joins the parts of one emoji.
const JOINER: char = '\u{200d}';

/// Emoji that are letters to Unicode.
fn is_letter_emoji(c: char) -> bool {
    matches!(c, 'ℹ' | 'Ⓜ' | '\u{1f170}' | '\u{1f171}' | '\u{1f17e}' | '\u{1f17f}')
}

impl Emoji {
    /// The longest emoji, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 64;
    /// The longest emoji, in Unicode scalar values.
    pub const MAX_CHARS: usize = 16;

    /// The emoji as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Emoji {
    type Error = EmojiError;

    fn try_from(text: String) -> Result<Self, EmojiError> {
        let short = text.len() <= Self::MAX_BYTES && text.chars().count() <= Self::MAX_CHARS;
        let foreign = |c: char| {
            (c.is_alphabetic() && !is_letter_emoji(c))
                || c.is_whitespace()
                || c.is_control()
                || super::text::is_bidi_control(c)
        };
        let clean = !text.chars().any(|c| c != JOINER && foreign(c));
        if short && clean && !text.is_ascii() { Ok(Self(text)) } else { Err(EmojiError) }
    }
}

impl From<Emoji> for String {
    fn from(emoji: Emoji) -> Self {
        emoji.0
    }
}

impl fmt::Display for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_sequences_such_as_families_and_flags_are_valid() {
        for text in ["👍", "❤️", "👩🏽‍👩🏽‍👧🏽‍👦🏽", "🇩🇪", "1️⃣", "🅱️", "🅿️", "Ⓜ️", "ℹ️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
        {
            assert_eq!(Emoji::try_from(text.to_owned()).unwrap().as_str(), text);
        }
    }

    #[test]
    fn words_spaces_and_control_characters_are_not_emoji() {
        for text in ["", "a", ":)", "да", "👍 ", "👍\n", "\u{202e}👍", &"👍".repeat(17)] {
            assert_eq!(Emoji::try_from(text.to_owned()), Err(EmojiError), "{text:?}");
        }
    }
}
