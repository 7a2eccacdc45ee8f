//! Errors of request fields: serde's errors, worded for API users.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

/// An error of a field. [`FieldError::of`] adds the field's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FieldError {
    /// The request takes no such field.
    Unknown,
    /// The value must be of this form.
    MustBe(String),
    /// The message of the value's own type.
    Invalid(String),
    /// A complete message, with the field's name.
    Complete(String),
}

impl FieldError {
    /// Adds the field's name. `known` are the fields that the request takes.
    pub(super) fn of(self, field: &str, known: &[&str]) -> Self {
        Self::Complete(match self {
            Self::Unknown if known.is_empty() => {
                format!("`{field}` is not known: this request takes no fields")
            }
            Self::Unknown => format!("`{field}` is not known: this request takes {}", list(known)),
            Self::MustBe(form) => format!("`{field}` must be {form}"),
            Self::Invalid(message) => format!("`{field}`: {message}"),
            Self::Complete(message) => message,
        })
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Replaces the names of Rust types by words for API users.
fn form(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        own => own.to_owned(),
    }
}

impl Error for FieldError {
    fn custom<T: Display>(message: T) -> Self {
        Self::Invalid(message.to_string())
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
        Self::Complete(format!("`{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Complete(format!("`{field}` is given twice"))
    }
}

impl std::error::Error for FieldError {}

impl Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("a field is not known"),
            Self::MustBe(form) => write!(f, "the request must be {form}"),
            Self::Invalid(message) | Self::Complete(message) => f.write_str(message),
        }
    }
}
