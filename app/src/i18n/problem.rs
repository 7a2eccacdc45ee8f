//! What is wrong with what somebody wrote.

use super::{Language, fill};
use crate::protocol::TextError;

impl Language {
    /// What is wrong with a text, as a part of a sentence.
    pub fn text_problem(self, error: TextError) -> String {
        let words = self.composer();
        match error {
            TextError::Blank => words.blank.to_owned(),
            TextError::TooLong { max, unit: "bytes" } => {
                words.too_long_bytes.replacen("{}", &max.to_string(), 1)
            }
            TextError::TooLong { max, .. } => words.too_long_chars.replacen("{}", &max.to_string(), 1),
            TextError::ForbiddenCharacter(c) => fill(words.bad_character, &format!("U+{:04X}", c as u32)),
        }
    }
}
