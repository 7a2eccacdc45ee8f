//! Parses the access secret.

use std::ffi::OsStr;

use clap::{Arg, Command, Error, builder::TypedValueParser, error::ErrorKind};

/// A shorter secret would be easy to guess.
const MIN_SECRET_BYTES: usize = 8;

/// Unlike clap's parsers it does not repeat a value that it refuses: most of it may be right.
#[derive(Clone)]
pub(super) struct SecretParser;

impl TypedValueParser for SecretParser {
    type Value = String;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        let refused = |reason: String| {
            let message = format!("invalid value for '--access-secret': {reason}\n");
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        };
        let secret = value.to_str().ok_or_else(|| refused("an access secret must be UTF-8".to_owned()))?;
        if secret.len() < MIN_SECRET_BYTES {
            return Err(refused(format!("an access secret must have at least {MIN_SECRET_BYTES} bytes")));
        }
        Ok(secret.to_owned())
    }
}
