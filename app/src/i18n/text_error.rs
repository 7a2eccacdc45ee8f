//! Errors of texts that a person wrote, in their language.

use super::{Language, fill};
use crate::protocol::TextError;

impl Language {
    /// Returns the error as a sentence, which also says what to do.
    ///
    /// A text that is too long is measured in characters, also where the limit is in bytes: nobody can count those.
    pub fn text_error(self, error: TextError) -> String {
        let texts = self.composer();
        match error {
            TextError::Blank => texts.blank.to_owned(),
            TextError::TooLong { over, .. } => texts.too_long.format(self, over as u64),
            TextError::ForbiddenCharacter(c) => fill(texts.bad_character, &format!("U+{:04X}", c as u32)),
        }
    }

    /// Returns the error of a name, as [`text_error`](Self::text_error) does.
    pub fn name_error(self, error: TextError) -> String {
        self.composer().name_problem.replacen("{}", &self.text_error(error), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Language;
    use crate::protocol::{Body, Name};

    #[test]
    fn a_text_that_is_too_long_is_measured_in_characters() {
        let error = Body::parse("é".repeat(60), 100).unwrap_err();
        assert_eq!(Language::En.text_error(error), "Too long by 10 characters. Shorten it and try again.");
        let error = Name::parse(&"x".repeat(65)).unwrap_err();
        assert_eq!(
            Language::De.name_error(error),
            "Name: 1 Zeichen zu lang. Kürze den Text und versuch es noch einmal."
        );
    }
}
