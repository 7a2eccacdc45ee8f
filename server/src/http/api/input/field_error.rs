//! Why a field was not taken: serde's findings in our own words.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

/// What is wrong with a field, or with all of them once it has a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FieldError {
    /// The request has no such field.
    Unknown,
    /// The value has another form than this.
    MustBe(String),
    /// The value's own type says what is wrong with it.
    Refused(String),
    /// A whole sentence.
    Sentence(String),
}

impl FieldError {
    /// The fault of this field; `known` are those that the request has.
    pub(super) fn of(self, field: &str, known: &[&str]) -> Self {
        Self::Sentence(match self {
            Self::Unknown if known.is_empty() => {
                format!("`{field}` is not known: this request takes nothing there")
            }
            Self::Unknown => format!("`{field}` is not known: this request takes {}", list(known)),
            Self::MustBe(form) => format!("`{field}` must be {form}"),
            Self::Refused(words) => format!("`{field}`: {words}"),
            Self::Sentence(sentence) => sentence,
        })
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Rust's names of forms are no words for people.
fn form(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number".to_owned(),
        "a string" => "a text".to_owned(),
        "a boolean" => "true or false".to_owned(),
        own => own.to_owned(),
    }
}

impl Error for FieldError {
    fn custom<T: Display>(words: T) -> Self {
        Self::Refused(words.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::MustBe(form(expected))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::MustBe(form(expected))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::MustBe(format!("one of {}", list(expected)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Sentence(format!("`{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Sentence(format!("`{field}` is given twice"))
    }
}

impl std::error::Error for FieldError {}

impl Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("a field is not known"),
            Self::MustBe(form) => write!(f, "the request must be {form}"),
            Self::Refused(words) | Self::Sentence(words) => f.write_str(words),
        }
    }
}
