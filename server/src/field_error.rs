//! Errors of fields in requests and frames: serde's errors, worded for people who write clients.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

/// An error of a field. [`FieldError::of`] adds the field's name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FieldError {
    /// The request takes no such field.
    Unknown,
    /// The value must be of this form.
    MustBe(String),
    /// The message of the value's own type.
    Invalid(String),
    /// The field, or a field of the value, is missing.
    Missing(&'static str),
    /// A complete message, with the field's name.
    Complete(String),
}

impl FieldError {
    /// Adds the field's name. `known` are the fields that the request takes.
    pub(crate) fn of(self, field: &str, known: &[&str]) -> Self {
        Self::Complete(match self {
            Self::Unknown if known.is_empty() => {
                format!("`{field}` is not known: this request takes no fields")
            }
            Self::Unknown => format!("`{field}` is not known: this request takes {}", list(known)),
            Self::MustBe(form) => format!("`{field}` must be {form}"),
            Self::Invalid(message) => format!("`{field}`: {message}"),
            Self::Missing(inner) => format!("`{field}`: `{inner}` is missing"),
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
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a formatted UUID string" => UUID.to_owned(),
        own if own.starts_with("struct ") => "an object".to_owned(),
        own => own.to_owned(),
    }
}

const UUID: &str = "a UUID";

impl Error for FieldError {
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        // The `uuid` crate reports a parse error as text.
        if message.starts_with("UUID parsing failed") {
            Self::MustBe(UUID.to_owned())
        } else {
            Self::Invalid(message)
        }
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
        Self::Missing(field)
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
            Self::Missing(field) => write!(f, "`{field}` is missing"),
            Self::Invalid(message) | Self::Complete(message) => f.write_str(message),
        }
    }
}
