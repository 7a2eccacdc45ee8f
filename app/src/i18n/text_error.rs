//! Errors of texts that a person wrote, in their language.

use super::{Language, fill};
use crate::protocol::TextError;

impl Language {
    /// Returns the error as a part of a sentence: "the text is blank".
    pub fn text_error(self, error: TextError) -> String {
        let texts = self.composer();
        match error {
            TextError::Blank => texts.blank.to_owned(),
            TextError::TooLong { max, unit: "bytes" } => {
                texts.too_long_bytes.replacen("{}", &max.to_string(), 1)
            }
            TextError::TooLong { max, .. } => texts.too_long_chars.replacen("{}", &max.to_string(), 1),
            TextError::ForbiddenCharacter(c) => fill(texts.bad_character, &format!("U+{:04X}", c as u32)),
        }
    }
}
